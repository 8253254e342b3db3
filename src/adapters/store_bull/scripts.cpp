#include "adapters/store_bull/scripts.hpp"

#include <algorithm>
#include <cassert>
#include <string>

#include "adapters/store_bull/scripts_in_program.hpp"

namespace cutroom::store_bull {
namespace {

redis_client::Script step(std::string_view name) {
  const auto steps = step_texts();
  const auto at = std::find_if(steps.begin(), steps.end(), [&](const auto& row) { return row.name == name; });
  assert(at != steps.end());
  return redis_client::make_script(std::string(name), std::string(shared_text()).append(at->text));
}

}  // namespace

Scripts::Scripts()
    : accept(step("accept")),
      repeated(step("repeated")),
      claim(step("claim")),
      extend(step("extend")),
      progress(step("progress")),
      settle(step("settle")),
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
      arrange(step("arrange")) {}

const Scripts& scripts() {
  static const Scripts kAll;
  return kAll;
}

}  // namespace cutroom::store_bull
