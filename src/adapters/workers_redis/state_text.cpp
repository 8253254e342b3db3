#include "adapters/workers_redis/state_text.hpp"

#include <exception>

#include <boost/json.hpp>

namespace cutroom::workers_redis {

using engine::WorkerQueue;
using engine::WorkerState;
namespace json = boost::json;

std::string to_text(const WorkerState& state) {
  json::array queues;
  for (const WorkerQueue& queue : state.queues) {
    json::array running;
    for (const jobs::JobId& id : queue.running) running.emplace_back(id);
    queues.push_back(
        json::object{{"name", queue.name}, {"slots", queue.slots}, {"running", std::move(running)}});
  }
  return json::serialize(json::object{{"id", state.id},
                                      {"host", state.host},
                                      {"pid", state.pid},
                                      {"version", state.version},
                                      {"startedAt", to_unix_ms(state.started_at)},
                                      {"heartbeatAt", to_unix_ms(state.heartbeat_at)},
                                      {"queues", std::move(queues)}});
}

std::optional<WorkerState> state_from(std::string_view text) try {
  const json::value parsed = json::parse(text);
  const auto string_at = [](const json::value& from, const char* field) {
    return std::string(from.at(field).as_string());
  };
  WorkerState state{.id = string_at(parsed, "id"),
                    .host = string_at(parsed, "host"),
                    .pid = parsed.at("pid").to_number<std::int64_t>(),
                    .version = string_at(parsed, "version"),
                    .started_at = from_unix_ms(parsed.at("startedAt").to_number<std::int64_t>()),
                    .heartbeat_at = from_unix_ms(parsed.at("heartbeatAt").to_number<std::int64_t>())};
  for (const json::value& from : parsed.at("queues").as_array()) {
    WorkerQueue queue{.name = string_at(from, "name"), .slots = from.at("slots").to_number<std::size_t>()};
    for (const json::value& id : from.at("running").as_array()) queue.running.emplace_back(id.as_string());
    state.queues.push_back(std::move(queue));
  }
  return state;
} catch (const std::exception&) {
  return std::nullopt;
}

}  // namespace cutroom::workers_redis
