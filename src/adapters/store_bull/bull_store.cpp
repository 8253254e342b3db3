#include "adapters/store_bull/bull_store.hpp"

#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "adapters/store_bull/arranger.hpp"
#include "adapters/store_bull/durability.hpp"
#include "adapters/store_bull/homes.hpp"
#include "adapters/store_bull/job_view.hpp"
#include "adapters/store_bull/job_words.hpp"
#include "adapters/store_bull/listeners.hpp"
#include "adapters/store_bull/outbox.hpp"
#include "adapters/store_bull/repeat.hpp"
#include "adapters/store_bull/scripts.hpp"
#include "adapters/store_bull/server_clock.hpp"
#include "adapters/store_bull/step_batches.hpp"
#include "base/token.hpp"
#include "jobs/job_number.hpp"
#include "jobs/new_job_rules.hpp"

namespace cutroom::store_bull {

using boost::asio::awaitable;
using jobs::Lease;
using jobs::Move;
using redis_client::Reply;

namespace {

std::string json_text(const std::string& text) { return boost::json::serialize(boost::json::value(text)); }

std::string_view word_of(Move move) {
  switch (move) {
    case Move::complete:
      return "complete";
    case Move::retry_at:
      return "retry_at";
    case Move::release:
      return "release";
    default:
      return "fail";
  }
}

// In a lease's token, before the name of its queue: so the job's end needs no search for it, and a number
// that two queues have is no trouble. Redis sees what stands before it.
constexpr char kQueueMark = ':';

std::string token_of(const Lease& lease) { return lease.token.substr(0, lease.token.find(kQueueMark)); }

std::string queue_of(const Lease& lease) {
  const auto at = lease.token.find(kQueueMark);
  return at == std::string::npos ? std::string() : lease.token.substr(at + 1);
}

bool is_one_plain_job(const jobs::Handover& handover) {
  if (handover.jobs.size() != 1 || handover.as_batch || handover.once) return false;
  const jobs::NewJob& job = handover.jobs.front();
  return job.priority == 0 && job.cost == 1.0 && job.delay == Millis{0};
}

constexpr std::string_view kUnnamed = "__default__";  // What Bull calls a job without a name.

std::string ms_of(TimePoint time) { return std::to_string(to_unix_ms(time)); }

bool is_older(const jobs::JobId& a, const jobs::JobId& b) {
  const auto x = jobs::job_number_of(a).value_or(0);
  const auto y = jobs::job_number_of(b).value_or(0);
  return x != y ? x < y : a < b;
}

// What was told while nobody listened is found by looking.
awaitable<void> catch_up(std::shared_ptr<Homes> homes, std::shared_ptr<Listeners> listeners,
                         std::shared_ptr<Arranger> arranger) {
  const auto queues = co_await homes->all();
  if (!queues) co_return;  // The connection has broken again; its next rise calls again.
  for (const std::string& queue : *queues) {
    arranger->arrange(queue);
    listeners->tell_work(queue);
  }
}

// The queues that a script named; where they are spread also ">" for jobs left in its queue's outbox, and #
// before the highest number there.
void tell_of(Listeners& listeners, Homes& homes, Outbox* outbox, const std::string& queue,
             const Reply& told) {
  for (const Reply& word : told.array()) {
    const std::string& text = word.text();
    if (homes.are_spread() && text.starts_with('#')) {
      homes.saw(std::string_view(text).substr(1));
    } else if (homes.are_spread() && text == ">") {
      if (outbox != nullptr) outbox->empty(queue);
    } else {
      listeners.tell_work(homes.queue_of(text));
    }
  }
}

// The words that each script begins with, at this moment.
auto words_now(const std::shared_ptr<Homes>& homes, const std::shared_ptr<ServerClock>& clock,
               const std::string& prefix, const std::string& token) {
  return [homes, clock, prefix, token](const std::string& queue) {
    return std::vector<std::string>{ms_of(SystemClock().now() + clock->ahead()), prefix, token,
                                    homes->numbering_of(queue)};
  };
}

}  // namespace

BullStore::BullStore(std::shared_ptr<redis_client::Redis> redis, BullOptions options,
                     boost::asio::any_io_executor executor)
    : redis_(std::move(redis)),
      options_(std::move(options)),
      token_(std::string(kTokenMark) + random_token()),
      homes_(std::make_shared<Homes>(redis_, options_)),
      clock_(std::make_shared<ServerClock>(redis_, homes_->root_of(""), options_.by_server_clock)),
      batches_(std::make_shared<StepBatches>(executor, redis_, homes_, clock_, options_.prefix, token_)),
      outbox_(std::make_shared<Outbox>(executor, redis_, homes_, batches_, clock_,
                                       words_now(homes_, clock_, options_.prefix, token_))),
      listeners_(std::make_shared<Listeners>(std::move(executor), homes_, options_.prefix, token_)) {
  // The outbox holds the batches, so they must not hold it.
  batches_->on_told([listeners = listeners_, homes = homes_, outbox = std::weak_ptr(outbox_)](
                        const std::string& queue, const Reply& told) {
    tell_of(*listeners, *homes, outbox.lock().get(), queue, told);
  });
}

void BullStore::listen() {
  const auto arranger = std::make_shared<Arranger>(listeners_->executor(), redis_, homes_,
                                                   words_now(homes_, clock_, options_.prefix, token_));
  listeners_->subscribe(*redis_, [arranger](const std::string& queue) { arranger->arrange(queue); });
  // Weak: the handler is Redis' own, and these hold Redis.
  redis_->on_connection([weak_homes = std::weak_ptr(homes_), weak_arranger = std::weak_ptr(arranger),
                         listeners = std::weak_ptr(listeners_)](bool up) {
    const auto homes = weak_homes.lock();
    const auto arrange = weak_arranger.lock();
    const auto to = listeners.lock();
    if (!up || !homes || !arrange || !to) return;
    boost::asio::co_spawn(to->executor(), catch_up(homes, to, arrange), boost::asio::detached);
  });
}

std::string BullStore::name_of(const std::string& queue) const { return homes_->name_of(queue); }

BullStore::~BullStore() { listeners_->close(); }

void BullStore::confirm_by(std::function<std::shared_ptr<redis_client::Redis>()> connect) {
  durability_ = std::make_shared<Durability>(listeners_->executor(), redis_, homes_, std::move(connect));
}

awaitable<Result<std::string>> BullStore::check_durable(std::string queue) {
  if (durability_) co_return co_await durability_->check(std::move(queue));
  co_return Error{.code = Errc::internal, .detail = "nobody said how to ask Redis whether a job is safe"};
}

awaitable<Result<void>> BullStore::make_durable(std::string queue, std::string witness) {
  if (durability_) co_return co_await durability_->wait(std::move(queue), std::move(witness));
  co_return Error{.code = Errc::internal, .detail = "nobody said how to ask Redis whether a job is safe"};
}

void BullStore::on_work(std::function<void(const std::string& queue)> call) {
  listeners_->on_work(std::move(call));
}

void BullStore::on_cancel(std::function<void(const jobs::JobId&)> call) {
  listeners_->on_cancel(std::move(call));
}

void BullStore::tell(const std::string& queue, const Reply& told) {
  tell_of(*listeners_, *homes_, outbox_.get(), queue, told);
}

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

awaitable<Result<jobs::Claim>> BullStore::claim(jobs::ClaimOptions options) {
  const std::string token = random_token();
  if (clock_->is_old()) co_await clock_->look();
  const Millis ahead = clock_->ahead();
  Step step{
      .kind = Step::Kind::claim,
      .now = options.now,
      .words = {token, std::to_string(options.lease.count()), ms_of(options.now + ahead + options.lease)}};
  if (const auto at = options_.limiters.find(options.queue); at != options_.limiters.end()) {
    step.words.push_back(std::to_string(at->second.max));
    step.words.push_back(std::to_string(at->second.duration.count()));
  }
  const auto answer = co_await batches_->step(options.queue, std::move(step));
  if (!answer) co_return answer.error();
  const auto& parts = answer->array();
  jobs::Claim claim;
  if (parts.size() == 1) {
    if (!parts.front().text().empty()) claim.due = from_unix_ms(parts.front().integer()) - ahead;
    co_return claim;
  }
  jobs::LeasedJob leased{.job = job_from_claim(options.queue, parts),
                         .lease = {.id = {}, .token = token + kQueueMark + options.queue}};
  leased.lease.id = leased.job.id;
  // The fields are as they were before the claim.
  leased.job.processed_at = options.now;
  leased.job.progress = 0;
  leased.lease.until = options.now + options.lease;
  const std::string opts = parts.at(1).text();
  if (is_of_series(opts)) {
    // Where this fails the lease runs out, and who has the job next tries again.
    const auto went_on = co_await go_on_with_series(options.queue, leased.job.id, opts, options.now);
    if (!went_on) co_return went_on.error();
  }
  claim.job = std::move(leased);
  co_return claim;
}

awaitable<Result<void>> BullStore::go_on_with_series(std::string queue, std::string id, std::string opts_json,
                                                     TimePoint now) {
  std::vector<std::string> command{"HGET", homes_->base_of(queue) + id, "name"};
  const auto name = co_await redis_->command(std::move(command));
  if (!name) co_return name.error();
  const auto next = next_of_series(name->is_nil() ? kUnnamed : name->text(), opts_json, now);
  if (!next) co_return Result<void>();
  std::vector<std::string> args{homes_->name_of(queue), next->key, ms_of(next->due), next->id,
                                next->opts_json,        id};
  const auto answer = co_await run(scripts().repeat, queue, now, std::move(args));
  if (!answer) co_return answer.error();
  tell(queue, answer->array().at(1));
  co_return Result<void>();
}

awaitable<Result<TimePoint>> BullStore::extend_lease(Lease lease, Millis length, TimePoint now) {
  Step step{.kind = Step::Kind::extend,
            .now = now,
            .words = {lease.id, token_of(lease), std::to_string(length.count())}};
  std::string queue = queue_of(lease);
  if (queue.empty()) co_return Error{.code = Errc::lease_lost};
  const auto answer = co_await batches_->step(std::move(queue), std::move(step));
  if (!answer) co_return answer.error();
  if (answer->integer() == 0) co_return Error{.code = Errc::lease_lost};
  co_return now + length;
}

awaitable<Result<void>> BullStore::report_progress(Lease lease, int percent) {
  Step step{.kind = Step::Kind::progress,
            .words = {lease.id, token_of(lease), std::to_string(std::clamp(percent, 0, 100))}};
  std::string queue = queue_of(lease);
  if (queue.empty()) co_return Error{.code = Errc::lease_lost};
  const auto answer = co_await batches_->step(std::move(queue), std::move(step));
  if (!answer) co_return answer.error();
  if (answer->integer() == 0) co_return Error{.code = Errc::lease_lost};
  co_return Result<void>();
}

awaitable<Result<jobs::Settled>> BullStore::settle(Lease lease, jobs::Settlement settlement, TimePoint now) {
  for (const auto& job : settlement.follow_ups) {
    if (const auto checked = check_new_job(job); !checked) co_return checked.error();
  }
  Step step{.kind = Step::Kind::settle, .now = now};
  step.words = {lease.id,
                token_of(lease),
                std::string(word_of(settlement.move)),
                settlement.text,
                json_text(settlement.text),
                ms_of(settlement.run_at.value_or(now) + clock_->ahead()),
                settlement.steps_json,
                std::to_string(settlement.follow_ups.size())};
  for (const auto& job : settlement.follow_ups) append_job(step.words, job, homes_->name_of(job.queue), now);
  if (options_.metrics_points > 0) step.words.push_back(std::to_string(options_.metrics_points));
  std::string queue = queue_of(lease);
  if (queue.empty()) co_return Error{.code = Errc::lease_lost};
  const auto answer = co_await batches_->step(std::move(queue), std::move(step));
  if (!answer) co_return answer.error();
  if (answer->text() == "lost") co_return Error{.code = Errc::lease_lost};
  jobs::Settled settled;
  if (answer->array().size() > 1) settled.batch_done = answer->array()[1].text();
  co_return settled;
}

awaitable<Result<jobs::Recovered>> BullStore::recover_expired(TimePoint now) {
  // No farther ahead than Lua's numbers are exact.
  now = std::min(now, from_unix_ms(1LL << 52));
  std::vector<std::string> args{
      std::to_string(jobs::kStallsMax), "The worker stopped responding each of the %d times it had this job",
      std::string(jobs::kCancelledReason), std::to_string(options_.stalled_interval.count())};
  const auto answers = co_await run_everywhere(scripts().recover, now, std::move(args));
  if (!answers) co_return answers.error();
  jobs::Recovered recovered;
  for (const Found& found : *answers) {
    const auto& parts = found.reply.array();
    for (const Reply& id : parts.at(0).array()) recovered.waiting.push_back(id.text());
    for (const Reply& id : parts.at(1).array()) recovered.failed.push_back(id.text());
    for (const Reply& id : parts.at(2).array()) recovered.batches_done.push_back(id.text());
    tell(found.queue, parts.at(3));
    if (!homes_->are_spread()) continue;
    // What somebody left there who is gone; and how far numbers are, so that those of all queues tell about
    // their age.
    outbox_->empty(found.queue);
    std::vector<std::string> command{"GET", homes_->root_of(found.queue) + "id"};
    const auto last = co_await redis_->command(std::move(command));
    if (last && !last->is_nil()) homes_->saw(last->text());
  }
  if (answers->size() > 1) {
    for (auto* ids : {&recovered.waiting, &recovered.failed}) std::sort(ids->begin(), ids->end(), is_older);
  }
  co_return recovered;
}

awaitable<Result<jobs::Job>> BullStore::get(jobs::JobId id) {
  std::vector<std::string> args{std::move(id)};
  const auto found = co_await run_for(scripts().get, {}, std::move(args));
  if (!found) co_return found.error();
  if (found->reply.array().empty()) co_return Error{.code = Errc::not_found, .message = "Job not found"};
  co_return job_of(found->reply);
}

jobs::Job BullStore::job_of(const Reply& view) const {
  jobs::Job job = job_from_view(view);
  job.queue = homes_->queue_of(job.queue);
  return job;
}

awaitable<Result<jobs::QueueCounts>> BullStore::counts(std::string queue) {
  const auto known = co_await homes_->knows(queue);
  if (!known) co_return known.error();
  if (!*known) co_return jobs::QueueCounts{};
  std::vector<std::string> args{homes_->name_of(queue)};
  const auto answer = co_await run(scripts().counts, queue, {}, std::move(args));
  if (!answer) co_return answer.error();
  const auto& parts = answer->array();
  const auto count = [&](std::size_t at) { return static_cast<std::uint64_t>(parts.at(at).integer()); };
  co_return jobs::QueueCounts{.waiting = count(0),
                              .active = count(1),
                              .completed = count(2),
                              .failed = count(3),
                              .delayed = count(4),
                              .paused = count(5)};
}

awaitable<Result<std::vector<jobs::AttemptLog>>> BullStore::log(jobs::JobId id) {
  const auto job = co_await get(id);
  if (!job) co_return job.error();
  const std::string key = homes_->base_of(job->queue) + id;
  std::vector<std::vector<std::string>> commands{{"LRANGE", key + ":logs", "0", "-1"},
                                                 {"HGET", key, "lastLog"}};
  const auto answers = co_await redis_->pipeline(std::move(commands));
  if (!answers) co_return answers.error();
  std::vector<jobs::AttemptLog> attempts;
  for (const Reply& row : answers->at(0).array()) {
    if (auto attempt = attempt_from_row(row.text())) attempts.push_back(std::move(*attempt));
  }
  if (auto last = attempt_from_row(answers->at(1).text())) attempts.push_back(std::move(*last));
  co_return attempts;
}

awaitable<Result<jobs::Batch>> BullStore::batch(jobs::BatchId id) {
  std::vector<std::string> args{id};
  const auto found = co_await run_for(scripts().batch, {}, std::move(args));
  if (!found) co_return found.error();
  const auto& fields = found->reply.array();
  if (fields.empty()) co_return Error{.code = Errc::not_found, .message = "Batch not found"};
  jobs::Batch batch{.id = std::move(id)};
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
    const std::string& name = fields[i].text();
    const auto count = static_cast<std::uint64_t>(fields[i + 1].integer());
    if (name == "queue") batch.queue = homes_->queue_of(fields[i + 1].text());
    if (name == "vendor") batch.vendor = fields[i + 1].text();
    if (name == "created") batch.created_at = from_unix_ms(fields[i + 1].integer());
    if (name == "done") batch.done_at = from_unix_ms(fields[i + 1].integer());
    if (name == "total") batch.total = count;
    if (name == "active") batch.active = count;
    if (name == "delayed") batch.delayed = count;
    if (name == "completed") batch.completed = count;
    if (name == "failed") batch.failed = count;
    if (name == "removed") batch.removed = count;
  }
  co_return batch;
}

}  // namespace cutroom::store_bull
