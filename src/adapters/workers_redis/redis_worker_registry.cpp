#include "adapters/workers_redis/redis_worker_registry.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "adapters/workers_redis/scripts.hpp"
#include "adapters/workers_redis/state_text.hpp"

namespace cutroom::workers_redis {

using boost::asio::awaitable;
using engine::WorkerState;

awaitable<Result<void>> RedisWorkerRegistry::say(WorkerState state, Millis good_for) {
  std::vector<std::string> keys{ids(), worker(state.id)};
  std::vector<std::string> words{state.id, to_text(state), std::to_string(good_for.count())};
  const auto said = co_await redis_.run(say_script(), std::move(keys), std::move(words));
  if (!said) co_return said.error();
  co_return Result<void>();
}

awaitable<Result<void>> RedisWorkerRegistry::leave(std::string id) {
  std::vector<std::string> keys{ids(), worker(id)};
  std::vector<std::string> words{std::move(id)};
  const auto left = co_await redis_.run(leave_script(), std::move(keys), std::move(words));
  if (!left) co_return left.error();
  co_return Result<void>();
}

awaitable<Result<std::vector<WorkerState>>> RedisWorkerRegistry::alive() {
  std::vector<std::string> keys{ids()};
  std::vector<std::string> words{worker({})};
  const auto said = co_await redis_.run(alive_script(), std::move(keys), std::move(words));
  if (!said) co_return said.error();
  std::vector<WorkerState> all;
  const auto& texts = said->array();
  for (const redis_client::Reply& text : texts)
    if (auto state = state_from(text.text())) all.push_back(std::move(*state));
  std::ranges::sort(all, [](const WorkerState& a, const WorkerState& b) {
    return std::tie(a.started_at, a.id) < std::tie(b.started_at, b.id);
  });
  co_return all;
}

}  // namespace cutroom::workers_redis
