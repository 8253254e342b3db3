// What people do to jobs: look for them, stop, move and remove them.
#include <algorithm>

#include "adapters/store_bull/bull_store.hpp"
#include "adapters/store_bull/homes.hpp"
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

// What one queue's step found.
struct ListedPage {
  std::uint64_t seen_down_to = 0;  // By number; 0: it has no older ones.
  std::vector<jobs::Job> jobs{};
};

std::uint64_t number_of(const jobs::Job& job) { return jobs::job_number_of(job.id).value_or(0); }

// Down to where all of them have looked.
jobs::JobPage merged(std::vector<ListedPage> pages, std::size_t limit) {
  jobs::JobPage page;
  std::uint64_t down_to = 0;
  for (const ListedPage& one : pages) down_to = std::max(down_to, one.seen_down_to);
  for (ListedPage& one : pages) {
    for (jobs::Job& job : one.jobs)
      if (number_of(job) >= down_to) page.jobs.push_back(std::move(job));
  }
  if (pages.size() > 1) {
    std::stable_sort(page.jobs.begin(), page.jobs.end(),
                     [](const jobs::Job& a, const jobs::Job& b) { return number_of(a) > number_of(b); });
  }
  if (page.jobs.size() > limit && pages.size() > 1) {
    page.jobs.resize(limit);
    down_to = number_of(page.jobs.back());
  }
  if (down_to > 0) page.older_than = jobs::job_id_of(down_to);
  return page;
}

}  // namespace

awaitable<Result<jobs::Cancelled>> BullStore::cancel(jobs::JobId id, std::vector<jobs::NewJob> follow_ups,
                                                     TimePoint now) {
  for (const auto& job : follow_ups) {
    if (const auto checked = check_new_job(job); !checked) co_return checked.error();
  }
  std::vector<std::string> args{id, std::string(jobs::kCancelledReason), std::to_string(follow_ups.size())};
  for (const auto& job : follow_ups) append_job(args, job, homes_->name_of(job.queue), now);
  const auto found = co_await run_for(scripts().cancel, now, std::move(args));
  if (!found) co_return found.error();
  const auto& parts = found->reply.array();
  const std::string word = found->word();
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
  tell(found->queue, parts.at(2));
  co_return cancelled;
}

awaitable<Result<void>> BullStore::promote(jobs::JobId id) {
  std::vector<std::string> args{std::move(id)};
  const auto found = co_await run_for(scripts().promote, {}, std::move(args));
  if (!found) co_return found.error();
  const auto& parts = found->reply.array();
  if (parts.size() > 1) tell(found->queue, parts[1]);
  co_return check(jobs::Move::promote, found->word());
}

awaitable<Result<void>> BullStore::retry(jobs::JobId id, TimePoint now) {
  std::vector<std::string> args{std::move(id)};
  const auto found = co_await run_for(scripts().retry, now, std::move(args));
  if (!found) co_return found.error();
  const auto& parts = found->reply.array();
  if (parts.size() > 1) tell(found->queue, parts[1]);
  co_return check(jobs::Move::retry, found->word());
}

awaitable<Result<void>> BullStore::remove(jobs::JobId id, TimePoint now) {
  std::vector<std::string> args{std::move(id)};
  const auto found = co_await run_for(scripts().remove, now, std::move(args));
  if (!found) co_return found.error();
  const auto& parts = found->reply.array();
  if (found->word() == "missing") co_return missing();
  if (found->word() == "active")
    co_return Error{.code = Errc::conflict, .message = "A job that is active can't be removed"};
  tell(found->queue, parts.at(1));
  co_return Result<void>();
}

awaitable<Result<std::size_t>> BullStore::remove_waiting(std::string queue, std::optional<std::string> vendor,
                                                         TimePoint now) {
  const auto known = co_await homes_->knows(queue);
  if (!known) co_return known.error();
  if (!*known) co_return 0;
  std::vector<std::string> args{homes_->name_of(queue), text_of(vendor), std::to_string(jobs::kRemoveMax)};
  const auto answer = co_await run(scripts().remove_waiting, queue, now, std::move(args));
  if (!answer) co_return answer.error();
  tell(queue, answer->array().at(1));
  co_return static_cast<std::size_t>(answer->array().at(0).integer());
}

awaitable<Result<std::size_t>> BullStore::prune(jobs::PruneRule rule) {
  const auto known = co_await homes_->knows(rule.queue);
  if (!known) co_return known.error();
  if (!*known) co_return 0;
  std::vector<std::string> args{homes_->name_of(rule.queue),
                                std::string(to_string(rule.state)),
                                text_of(std::optional(rule.ended_before)),
                                std::to_string(rule.keep_newest_max),
                                std::to_string(jobs::kRemoveMax),
                                std::to_string(kPruneSpan)};
  const auto answer = co_await run(scripts().prune, rule.queue, {}, std::move(args));
  if (!answer) co_return answer.error();
  co_return static_cast<std::size_t>(answer->integer());
}

awaitable<Result<jobs::JobPage>> BullStore::list(jobs::JobFilter filter,
                                                 std::optional<jobs::JobId> older_than, std::size_t limit) {
  if (older_than && !jobs::job_number_of(*older_than)) co_return jobs::JobPage{};
  const std::string state = filter.state ? std::string(to_string(*filter.state)) : std::string();
  std::vector<std::string> args{filter.queue ? homes_->name_of(*filter.queue) : std::string(),
                                state,
                                text_of(filter.vendor),
                                text_of(filter.project),
                                text_of(filter.batch),
                                text_of(filter.since),
                                text_of(filter.until),
                                text_of(older_than),
                                std::to_string(limit),
                                std::to_string(jobs::kListSpan)};
  std::vector<Found> answers;
  if (filter.queue) {
    const auto known = co_await homes_->knows(*filter.queue);
    if (!known) co_return known.error();
    if (!*known) co_return jobs::JobPage{};
    auto answer = co_await run(scripts().list, *filter.queue, {}, std::move(args));
    if (!answer) co_return answer.error();
    answers.push_back({.queue = *filter.queue, .reply = std::move(*answer)});
  } else {
    auto all = co_await run_everywhere(scripts().list, {}, std::move(args));
    if (!all) co_return all.error();
    answers = std::move(*all);
  }
  std::vector<ListedPage> pages;
  for (const Found& found : answers) {
    ListedPage page{.seen_down_to = jobs::job_number_of(found.reply.array().at(0).text()).value_or(0)};
    for (const Reply& view : found.reply.array().at(1).array()) page.jobs.push_back(job_of(view));
    pages.push_back(std::move(page));
  }
  co_return merged(std::move(pages), limit);
}

awaitable<Result<void>> BullStore::set_paused(std::string queue, bool paused) {
  std::vector<std::string> args{homes_->name_of(queue), paused ? "1" : "0"};
  const auto answer = co_await run(scripts().pause, queue, {}, std::move(args));
  if (!answer) co_return answer.error();
  tell(queue, *answer);
  co_return Result<void>();
}

awaitable<Result<void>> BullStore::set_share(std::string vendor, jobs::VendorShare share) {
  if (const auto checked = check_share(share); !checked) co_return checked.error();
  std::vector<std::string> words{exact(share.weight), std::to_string(share.cap),
                                 share.cap_is_hard ? "1" : "0", share.paused ? "1" : "0"};
  const auto kept = co_await homes_->keep_share(vendor, words);
  if (!kept) co_return kept.error();
  std::vector<std::string> args{"0", std::move(vendor)};
  args.insert(args.end(), words.begin(), words.end());
  const auto answers = co_await run_everywhere(scripts().share, {}, std::move(args));
  if (!answers) co_return answers.error();
  for (const Found& found : *answers) tell(found.queue, found.reply);
  co_return Result<void>();
}

}  // namespace cutroom::store_bull
