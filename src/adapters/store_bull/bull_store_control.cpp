// What people do to jobs: look for them, stop, move and remove them.
#include "adapters/store_bull/bull_store.hpp"
#include "adapters/store_bull/job_view.hpp"
#include "adapters/store_bull/job_words.hpp"
#include "adapters/store_bull/listeners.hpp"
#include "adapters/store_bull/scripts.hpp"
#include "jobs/job_moves.hpp"
#include "jobs/job_number.hpp"
#include "jobs/new_job_rules.hpp"

namespace cutroom::store_bull {

using boost::asio::awaitable;
using redis_client::Reply;

namespace {

Error missing() { return {.code = Errc::not_found, .message = "Job not found"}; }

// Whether the step could be taken from the state in which the script found the job.
Result<void> check(jobs::Move move, const std::string& word) {
  if (word == "missing") return missing();
  const auto state = jobs::job_state_from(word).value_or(jobs::JobState::active);
  const auto checked = check_move(move, state == jobs::JobState::paused ? jobs::JobState::waiting : state);
  if (!checked) return checked.error();
  return {};
}

std::string text_of(const std::optional<std::string>& text) { return text.value_or(std::string()); }
std::string text_of(const std::optional<TimePoint>& time) {
  return time ? std::to_string(to_unix_ms(*time)) : std::string();
}

// Candidates that one call of prune looks at beyond those it removes, to find the oldest by number.
constexpr std::size_t kPruneSpan = 4'096;

}  // namespace

awaitable<Result<jobs::Cancelled>> BullStore::cancel(jobs::JobId id, std::vector<jobs::NewJob> follow_ups,
                                                     TimePoint now) {
  for (const auto& job : follow_ups) {
    if (const auto checked = check_new_job(job); !checked) co_return checked.error();
  }
  auto args = words(now);
  args.insert(args.end(), {id, std::string(jobs::kCancelledReason), std::to_string(follow_ups.size())});
  for (const auto& job : follow_ups) append_job(args, job, now);
  const auto answer = co_await run(scripts().cancel, std::move(args));
  if (!answer) co_return answer.error();
  const auto& parts = answer->array();
  const std::string& word = parts.at(0).text();
  if (word == "stopping") {
    listeners_->tell_cancelled(id);
    co_return jobs::Cancelled{.is_stopping = true, .batch_done = {}};
  }
  if (word == "elsewhere") {
    co_return Error{.code = Errc::conflict,
                    .message = "Another program's worker has this job: it can't be stopped"};
  }
  if (word != "done") {
    const auto checked = check(jobs::Move::cancel, word);
    co_return checked ? missing() : checked.error();
  }
  jobs::Cancelled cancelled;
  if (!parts.at(1).text().empty()) cancelled.batch_done = parts.at(1).text();
  tell(parts.at(2));
  co_return cancelled;
}

awaitable<Result<void>> BullStore::promote(jobs::JobId id) {
  auto args = words({});
  args.push_back(std::move(id));
  const auto answer = co_await run(scripts().promote, std::move(args));
  if (!answer) co_return answer.error();
  const auto& parts = answer->array();
  if (parts.size() > 1) tell(parts[1]);
  co_return check(jobs::Move::promote, parts.at(0).text());
}

awaitable<Result<void>> BullStore::retry(jobs::JobId id, TimePoint now) {
  auto args = words(now);
  args.push_back(std::move(id));
  const auto answer = co_await run(scripts().retry, std::move(args));
  if (!answer) co_return answer.error();
  const auto& parts = answer->array();
  if (parts.size() > 1) tell(parts[1]);
  co_return check(jobs::Move::retry, parts.at(0).text());
}

awaitable<Result<void>> BullStore::remove(jobs::JobId id, TimePoint now) {
  auto args = words(now);
  args.push_back(std::move(id));
  const auto answer = co_await run(scripts().remove, std::move(args));
  if (!answer) co_return answer.error();
  const auto& parts = answer->array();
  if (parts.at(0).text() == "missing") co_return missing();
  if (parts.at(0).text() == "active")
    co_return Error{.code = Errc::conflict, .message = "A job that is active can't be removed"};
  tell(parts.at(1));
  co_return Result<void>();
}

awaitable<Result<std::size_t>> BullStore::remove_waiting(std::string queue, std::optional<std::string> vendor,
                                                         TimePoint now) {
  auto args = words(now);
  args.insert(args.end(), {queue, text_of(vendor), std::to_string(jobs::kRemoveMax)});
  const auto answer = co_await run(scripts().remove_waiting, queue, std::move(args));
  if (!answer) co_return answer.error();
  tell(answer->array().at(1));
  co_return static_cast<std::size_t>(answer->array().at(0).integer());
}

awaitable<Result<std::size_t>> BullStore::prune(jobs::PruneRule rule) {
  auto args = words({});
  args.insert(args.end(), {rule.queue, std::string(to_string(rule.state)),
                           text_of(std::optional(rule.ended_before)), std::to_string(rule.keep_newest_max),
                           std::to_string(jobs::kRemoveMax), std::to_string(kPruneSpan)});
  const auto answer = co_await run(scripts().prune, rule.queue, std::move(args));
  if (!answer) co_return answer.error();
  co_return static_cast<std::size_t>(answer->integer());
}

awaitable<Result<jobs::JobPage>> BullStore::list(jobs::JobFilter filter,
                                                 std::optional<jobs::JobId> older_than, std::size_t limit) {
  if (older_than && !jobs::job_number_of(*older_than)) co_return jobs::JobPage{};
  auto args = words({});
  const std::string state = filter.state ? std::string(to_string(*filter.state)) : std::string();
  args.insert(args.end(), {text_of(filter.queue), state, text_of(filter.vendor), text_of(filter.project),
                           text_of(filter.batch), text_of(filter.since), text_of(filter.until),
                           text_of(older_than), std::to_string(limit), std::to_string(jobs::kListSpan)});
  const auto answer = co_await run(scripts().list, text_of(filter.queue), std::move(args));
  if (!answer) co_return answer.error();
  jobs::JobPage page;
  if (!answer->array().at(0).text().empty()) page.older_than = answer->array().at(0).text();
  for (const Reply& view : answer->array().at(1).array()) page.jobs.push_back(job_from_view(view));
  co_return page;
}

awaitable<Result<void>> BullStore::set_paused(std::string queue, bool paused) {
  auto args = words({});
  args.insert(args.end(), {queue, paused ? "1" : "0"});
  const auto answer = co_await run(scripts().pause, queue, std::move(args));
  if (!answer) co_return answer.error();
  tell(*answer);
  co_return Result<void>();
}

awaitable<Result<void>> BullStore::set_share(std::string vendor, jobs::VendorShare share) {
  if (const auto checked = check_share(share); !checked) co_return checked.error();
  auto args = words({});
  args.insert(args.end(), {std::move(vendor), exact(share.weight), std::to_string(share.cap),
                           share.cap_is_hard ? "1" : "0", share.paused ? "1" : "0"});
  const auto answer = co_await run(scripts().share, std::move(args));
  if (!answer) co_return answer.error();
  tell(*answer);
  co_return Result<void>();
}

}  // namespace cutroom::store_bull
