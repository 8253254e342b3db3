#include "adapters/store_bull/scripts.hpp"

#include <algorithm>
#include <cassert>
#include <string>

#include "adapters/store_bull/scripts_in_program.hpp"

namespace cutroom::store_bull {
namespace {

// The first line of a step that does with some of the parts.
constexpr std::string_view kSome = "-- parts: ";
constexpr std::string_view kWords = "words";  // The part that begin() is in.

bool uses(const LuaText& step, std::string_view part) {
  if (!step.text.starts_with(kSome)) return !part.starts_with("steps") || step.name == "steps";
  const auto names =
      " " + std::string(step.text.substr(kSome.size(), step.text.find('\n') - kSome.size())) + " ";
  return names.find(" " + std::string(part) + " ") != std::string::npos;
}

// All parts, then each step as a function.
redis_client::Library make_our_library() {
  std::string text = "local KEYS, ARGV\n";
  for (const LuaText& part : part_texts()) text += part.text;
  for (const LuaText& step : step_texts()) {
    text.append("redis.register_function('$library_")
        .append(step.name)
        .append("', function(keys, args)\n")
        .append(uses(step, kWords) ? "begin(keys, args)\n" : "KEYS, ARGV = keys, args\n");
    text.append(step.text).append("\nend)\n");
  }
  return redis_client::make_library("cutroom", text);
}

const redis_client::Library& library() {
  static const redis_client::Library made = make_our_library();
  return made;
}

redis_client::Script step(std::string_view name) {
  const auto steps = step_texts();
  const auto at = std::find_if(steps.begin(), steps.end(), [&](const auto& row) { return row.name == name; });
  assert(at != steps.end());
  std::string text = "local KEYS, ARGV = KEYS, ARGV\n";
  for (const LuaText& part : part_texts()) {
    if (uses(*at, part.name)) text += part.text;
  }
  if (uses(*at, kWords)) text += "begin(KEYS, ARGV)\n";
  text += at->text;
  return redis_client::make_script(std::string(name), std::move(text), &library());
}

}  // namespace

Scripts::Scripts()
    : steps(step("steps")),
      repeated(step("repeated")),
      recover(step("recover")),
      get(step("get")),
      counts(step("counts")),
      list(step("list")),
      batch(step("batch")),
      cancel(step("cancel")),
      promote(step("promote")),
      retry(step("retry")),
      remove(step("remove")),
      remove_waiting(step("remove_waiting")),
      prune(step("prune")),
      pause(step("pause")),
      share(step("share")),
      arrange(step("arrange")),
      repeat(step("repeat")),
      fsck_jobs(step("fsck_jobs")),
      fsck_mend(step("fsck_mend")),
      fsck_queue(step("fsck_queue")),
      scan(step("scan")),
      place(step("place")),
      outbox(step("outbox")),
      time(step("time")) {}

const Scripts& scripts() {
  static const Scripts all;
  return all;
}

}  // namespace cutroom::store_bull
