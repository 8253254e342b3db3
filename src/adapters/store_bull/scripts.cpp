#include "adapters/store_bull/scripts.hpp"

#include <algorithm>
#include <cassert>
#include <string>

#include "adapters/store_bull/scripts_in_program.hpp"

namespace cutroom::store_bull {
namespace {

// The first line of a step that does with some of the parts.
constexpr std::string_view kSome = "-- parts: ";

bool uses(std::string_view step, std::string_view part) {
  if (!step.starts_with(kSome)) return true;
  const auto names = " " + std::string(step.substr(kSome.size(), step.find('\n') - kSome.size())) + " ";
  return names.find(" " + std::string(part) + " ") != std::string::npos;
}

redis_client::Script step(std::string_view name) {
  const auto steps = step_texts();
  const auto at = std::find_if(steps.begin(), steps.end(), [&](const auto& row) { return row.name == name; });
  assert(at != steps.end());
  std::string text;
  for (const LuaText& part : part_texts()) {
    if (uses(at->text, part.name)) text += part.text;
  }
  text += at->text;
  return redis_client::make_script(std::string(name), std::move(text));
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
      fsck_queue(step("fsck_queue")) {}

const Scripts& scripts() {
  static const Scripts kAll;
  return kAll;
}

}  // namespace cutroom::store_bull
