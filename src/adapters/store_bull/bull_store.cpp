#include "adapters/store_bull/bull_store.hpp"

#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "adapters/store_bull/arranger.hpp"
#include "adapters/store_bull/job_view.hpp"
#include "adapters/store_bull/job_words.hpp"
#include "adapters/store_bull/listeners.hpp"
#include "adapters/store_bull/repeat.hpp"
#include "adapters/store_bull/scripts.hpp"
#include "adapters/store_bull/step_batches.hpp"
#include "base/token.hpp"
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

// {"added" or "repeated", batch or "", note, ids, ...}
jobs::Accepted accepted_from(const std::vector<Reply>& parts) {
  jobs::Accepted accepted{.repeated = parts.at(0).text() == "repeated", .note = parts.at(2).text()};
  if (!parts.at(1).text().empty()) accepted.batch = parts.at(1).text();
  for (const Reply& id : parts.at(3).array()) accepted.ids.push_back(id.text());
  return accepted;
}

// What was told while nobody listened is found by looking.
awaitable<void> catch_up(std::shared_ptr<redis_client::Redis> redis, std::shared_ptr<Listeners> listeners,
                         std::shared_ptr<Arranger> arranger, std::string prefix) {
  std::vector<std::string> command{"SMEMBERS", "cutroom:" + prefix + "::queues"};
  const auto queues = co_await redis->command(std::move(command));
  if (!queues) co_return;  // The connection has broken again; its next rise calls again.
  for (const Reply& queue : queues->array()) {
    arranger->arrange(queue.text());
    listeners->tell_work(queue.text());
  }
}

}  // namespace

BullStore::BullStore(std::shared_ptr<redis_client::Redis> redis, BullOptions options,
                     boost::asio::any_io_executor executor)
    : redis_(std::move(redis)),
      options_(std::move(options)),
      token_(std::string(kTokenMark) + random_token()),
      batches_(std::make_shared<StepBatches>(
          executor, redis_, options_.prefix,
          std::vector<std::string>{options_.prefix, token_, std::to_string(options_.window)})),
      listeners_(std::make_shared<Listeners>(std::move(executor), options_.prefix, token_)) {
  batches_->on_told([listeners = listeners_](const Reply& queues) {
    for (const Reply& queue : queues.array()) listeners->tell_work(queue.text());
  });
}

void BullStore::listen() {
  const auto arranger = std::make_shared<Arranger>(
      listeners_->executor(), redis_, options_.prefix,
      [prefix = options_.prefix, token = token_, window = std::to_string(options_.window)] {
        return std::vector<std::string>{ms_of(SystemClock().now()), prefix, token, window};
      });
  listeners_->subscribe(*redis_, [arranger](const std::string& queue) { arranger->arrange(queue); });
  // Weak: the handler is Redis' own, and the arranger holds Redis.
  redis_->on_connection([weak_redis = std::weak_ptr(redis_), weak_arranger = std::weak_ptr(arranger),
                         listeners = listeners_, prefix = options_.prefix](bool up) {
    const auto redis = weak_redis.lock();
    const auto arrange = weak_arranger.lock();
    if (!up || !redis || !arrange) return;
    boost::asio::co_spawn(listeners->executor(), catch_up(redis, listeners, arrange, prefix),
                          boost::asio::detached);
  });
}

BullStore::~BullStore() { listeners_->close(); }

void BullStore::on_work(std::function<void(const std::string& queue)> call) {
  listeners_->on_work(std::move(call));
}

void BullStore::on_cancel(std::function<void(const jobs::JobId&)> call) {
  listeners_->on_cancel(std::move(call));
}

void BullStore::tell(const Reply& queues) {
  for (const Reply& queue : queues.array()) listeners_->tell_work(queue.text());
}

std::vector<std::string> BullStore::words(TimePoint now) const {
  return {ms_of(now), options_.prefix, token_, std::to_string(options_.window)};
}

awaitable<Result<Reply>> BullStore::run(const redis_client::Script& script, std::string queue,
                                        std::vector<std::string> args) {
  std::vector<std::string> keys{options_.prefix + ":" + queue + ":"};
  co_return co_await redis_->run(script, std::move(keys), std::move(args));
}

awaitable<Result<Reply>> BullStore::run(const redis_client::Script& script, std::vector<std::string> args) {
  std::vector<std::string> keys{options_.prefix + "::"};
  co_return co_await redis_->run(script, std::move(keys), std::move(args));
}

awaitable<Result<jobs::Accepted>> BullStore::accept(jobs::Handover handover, TimePoint now) {
  if (const auto checked = check_handover(handover); !checked) co_return checked.error();
  if (is_one_plain_job(handover)) co_return co_await add_one(std::move(handover.jobs.front()), now);
  const auto once = handover.once.value_or(jobs::Once{});
  Step step{.kind = Step::Kind::accept, .now = now};
  step.words = {handover.as_batch ? "1" : "0",
                once.scope,
                once.key,
                once.fingerprint,
                once.note,
                handover.after_batch ? "1" : "0",
                std::to_string(handover.jobs.size())};
  for (const auto& job : handover.jobs) append_job(step.words, job, now);
  if (handover.after_batch) append_job(step.words, *handover.after_batch, now);
  std::string queue = handover.jobs.empty() ? std::string() : handover.jobs.front().queue;
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
  auto args = words(now);
  args.insert(args.end(), {once.scope, once.key, once.fingerprint, std::to_string(jobs::kOnceKept.count())});
  const auto answer = co_await run(scripts().repeated, std::move(args));
  if (!answer) co_return answer.error();
  const auto& parts = answer->array();
  if (parts.at(0).text() == "conflict") co_return jobs::key_conflict();
  co_return parts.at(0).text() == "new" ? std::nullopt : std::optional(accepted_from(parts));
}

awaitable<Result<jobs::Claim>> BullStore::claim(jobs::ClaimOptions options) {
  const std::string token = random_token();
  Step step{.kind = Step::Kind::claim,
            .now = options.now,
            .words = {token, std::to_string(options.lease.count()), ms_of(options.now + options.lease)}};
  if (const auto at = options_.limiters.find(options.queue); at != options_.limiters.end()) {
    step.words.push_back(std::to_string(at->second.max));
    step.words.push_back(std::to_string(at->second.duration.count()));
  }
  const auto answer = co_await batches_->step(options.queue, std::move(step));
  if (!answer) co_return answer.error();
  const auto& parts = answer->array();
  jobs::Claim claim;
  if (parts.size() == 1) {
    if (!parts.front().text().empty()) claim.due = from_unix_ms(parts.front().integer());
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
  std::vector<std::string> command{"HGET", options_.prefix + ":" + queue + ":" + id, "name"};
  const auto name = co_await redis_->command(std::move(command));
  if (!name) co_return name.error();
  const auto next = next_of_series(name->is_nil() ? kUnnamed : name->text(), opts_json, now);
  if (!next) co_return Result<void>();
  auto args = words(now);
  args.insert(args.end(), {queue, next->key, ms_of(next->due), next->id, next->opts_json, id});
  const auto answer = co_await run(scripts().repeat, queue, std::move(args));
  if (!answer) co_return answer.error();
  tell(answer->array().at(1));
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
                ms_of(settlement.run_at.value_or(now)),
                settlement.steps_json,
                std::to_string(settlement.follow_ups.size())};
  for (const auto& job : settlement.follow_ups) append_job(step.words, job, now);
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
  auto args = words(std::min(now, from_unix_ms(1LL << 52)));
  args.insert(
      args.end(),
      {std::to_string(jobs::kStallsMax), "The worker stopped responding each of the %d times it had this job",
       std::string(jobs::kCancelledReason), std::to_string(options_.stalled_interval.count())});
  const auto answer = co_await run(scripts().recover, std::move(args));
  if (!answer) co_return answer.error();
  jobs::Recovered recovered;
  const auto& parts = answer->array();
  for (const Reply& id : parts.at(0).array()) recovered.waiting.push_back(id.text());
  for (const Reply& id : parts.at(1).array()) recovered.failed.push_back(id.text());
  for (const Reply& id : parts.at(2).array()) recovered.batches_done.push_back(id.text());
  tell(parts.at(3));
  co_return recovered;
}

awaitable<Result<jobs::Job>> BullStore::get(jobs::JobId id) {
  auto args = words({});
  args.push_back(std::move(id));
  const auto answer = co_await run(scripts().get, std::move(args));
  if (!answer) co_return answer.error();
  if (answer->array().empty()) co_return Error{.code = Errc::not_found, .message = "Job not found"};
  co_return job_from_view(*answer);
}

awaitable<Result<jobs::QueueCounts>> BullStore::counts(std::string queue) {
  auto args = words({});
  args.push_back(queue);
  const auto answer = co_await run(scripts().counts, queue, std::move(args));
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
  const std::string key = options_.prefix + ":" + job->queue + ":" + id;
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
  auto args = words({});
  args.push_back(id);
  const auto answer = co_await run(scripts().batch, std::move(args));
  if (!answer) co_return answer.error();
  const auto& fields = answer->array();
  if (fields.empty()) co_return Error{.code = Errc::not_found, .message = "Batch not found"};
  jobs::Batch batch{.id = std::move(id)};
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
    const std::string& name = fields[i].text();
    const auto count = static_cast<std::uint64_t>(fields[i + 1].integer());
    if (name == "queue") batch.queue = fields[i + 1].text();
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
