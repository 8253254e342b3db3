#include "adapters/events_redis/event_text.hpp"

#include <charconv>
#include <random>

#include <boost/json.hpp>

namespace cutroom::events_redis {

using engine::Event;
namespace json = boost::json;

namespace {

template <class Number>
bool read_number(std::string_view text, Number& into) {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), into);
  return failed == std::errc() && end == text.data() + text.size();
}

std::string text_of(const json::object& from, std::string_view field) {
  const json::value* value = from.if_contains(field);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::optional<Event> event_from(std::string_view text) {
  json::error_code failed;
  const json::value parsed = json::parse(text, failed);
  if (failed || !parsed.is_object()) return std::nullopt;
  const json::object& from = parsed.get_object();
  const auto type = engine::event_type_from(text_of(from, "type"));
  if (!type) return std::nullopt;
  Event event{.type = *type,
              .job = text_of(from, "job"),
              .batch = {},
              .vendor = text_of(from, "vendor"),
              .queue = text_of(from, "queue"),
              .record_json = text_of(from, "record"),
              .text = text_of(from, "text")};
  if (from.contains("batch")) event.batch = text_of(from, "batch");
  if (const json::value* progress = from.if_contains("progress"); progress != nullptr && progress->is_int64())
    event.progress = static_cast<int>(progress->get_int64());
  return event;
}

}  // namespace

std::string entry_of(const Event& event) {
  json::object out{{"type", engine::to_string(event.type)}, {"vendor", event.vendor}, {"queue", event.queue}};
  if (!event.job.empty()) out["job"] = event.job;
  if (event.batch) out["batch"] = *event.batch;
  if (!event.record_json.empty()) out["record"] = event.record_json;
  if (event.progress != 0) out["progress"] = event.progress;
  if (!event.text.empty()) out["text"] = event.text;
  return std::to_string(event.mark) + " " + json::serialize(out);
}

std::string fresh_start(std::uint32_t mark) { return std::to_string(mark); }

Entry entry_from(std::string_view text, std::uint64_t number) {
  Entry entry;
  const std::string_view mark = text.substr(0, text.find(' '));
  (void)read_number(mark, entry.mark);  // 0 else, which no entry of ours has.
  if (mark.size() == text.size()) return entry;
  entry.event = event_from(text.substr(mark.size() + 1));
  if (!entry.event) return entry;
  entry.event->number = number;
  entry.event->mark = entry.mark;
  return entry;
}

std::string to_string(const LogId& id) { return id.epoch + "-" + std::to_string(id.number); }

std::optional<LogId> log_id_from(std::string_view text) {
  const std::size_t dash = text.find('-');
  LogId id;
  if (dash == std::string_view::npos || !read_number(text.substr(dash + 1), id.number)) return std::nullopt;
  id.epoch = text.substr(0, dash);
  return id;
}

std::uint32_t random_mark() {
  static thread_local std::mt19937 random{std::random_device{}()};
  std::uniform_int_distribution<std::uint32_t> any(1);
  return any(random);
}

}  // namespace cutroom::events_redis
