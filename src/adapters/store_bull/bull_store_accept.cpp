// Jobs that are handed over to the queue.
#include "adapters/store_bull/bull_store.hpp"
#include "adapters/store_bull/homes.hpp"
#include "adapters/store_bull/job_view.hpp"
#include "adapters/store_bull/job_words.hpp"
#include "adapters/store_bull/step_batches.hpp"
#include "jobs/new_job_rules.hpp"

namespace cutroom::store_bull {

using boost::asio::awaitable;

namespace {

bool is_one_plain_job(const jobs::Handover& handover) {
  if (handover.jobs.size() != 1 || handover.as_batch || handover.once) return false;
  const jobs::NewJob& job = handover.jobs.front();
  return job.priority == 0 && job.cost == 1.0 && job.delay == Millis{0};
}

}  // namespace

awaitable<Result<jobs::Accepted>> BullStore::accept(jobs::Handover handover, TimePoint now) {
  if (const auto checked = check_handover(handover); !checked) co_return checked.error();
  if (is_one_plain_job(handover)) co_return co_await add_one(std::move(handover.jobs.front()), now);
  if (homes_->are_spread()) co_return co_await accept_apart(std::move(handover), now);
  std::string queue = handover.jobs.empty() ? std::string() : handover.jobs.front().queue;
  co_return co_await accept_in(std::move(queue), std::move(handover), now);
}

awaitable<Result<jobs::Accepted>> BullStore::accept_in(std::string queue, jobs::Handover handover,
                                                       TimePoint now) {
  const auto once = handover.once.value_or(jobs::Once{});
  Step step{.kind = Step::Kind::accept, .now = now};
  step.words = {handover.as_batch ? "1" : "0",
                once.scope,
                once.key,
                once.fingerprint,
                once.note,
                handover.after_batch ? "1" : "0",
                std::to_string(handover.jobs.size())};
  for (const auto& job : handover.jobs) append_job(step.words, job, homes_->name_of(job.queue), now);
  if (const auto& after = handover.after_batch)
    append_job(step.words, *after, homes_->name_of(after->queue), now);
  const auto answer = co_await batches_->step(std::move(queue), std::move(step));
  if (!answer) co_return answer.error();
  const auto& parts = answer->array();
  if (parts.at(0).text() == "conflict") co_return jobs::key_conflict();
  co_return accepted_from(parts);
}

awaitable<Result<jobs::Accepted>> BullStore::add_one(jobs::NewJob job, TimePoint now) {
  Step step{.kind = Step::Kind::add, .now = now};
  step.words = {job.vendor, job.payload_json, opts_json(job, now), job.project};
  const auto answer = co_await batches_->step(std::move(job.queue), std::move(step));
  if (!answer) co_return answer.error();
  jobs::Accepted accepted;
  accepted.ids.push_back(answer->text());
  co_return accepted;
}

awaitable<Result<std::optional<jobs::Accepted>>> BullStore::repeated(jobs::Once once, TimePoint now) {
  return find_repeated(std::move(once), {}, now);
}

}  // namespace cutroom::store_bull
