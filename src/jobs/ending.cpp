#include "jobs/ending.hpp"

namespace cutroom::jobs {

void fail_if_cancelled(Settlement& settlement, bool cancelled) {
  if (!cancelled || settlement.move == Move::complete) return;
  settlement.move = Move::fail;
  settlement.text = kCancelledReason;
  settlement.run_at.reset();
}

std::string_view outcome_of(Move move, bool cancelled) {
  if (move == Move::complete) return "completed";
  if (cancelled) return "cancelled";
  if (move == Move::retry_at) return "retried";
  return move == Move::release ? "released" : "failed";
}

std::string with_batch_id(std::string_view payload_json, const BatchId& id) {
  constexpr std::string_view kMark = "{batch}";
  std::string out;
  for (std::size_t at = 0;;) {
    const std::size_t mark = payload_json.find(kMark, at);
    out += payload_json.substr(at, mark - at);
    if (mark == std::string_view::npos) return out;
    out += id;
    at = mark + kMark.size();
  }
}

}  // namespace cutroom::jobs
