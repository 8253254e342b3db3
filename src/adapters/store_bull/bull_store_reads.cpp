// What is known of one job, batch or queue.
#include "adapters/store_bull/bull_store.hpp"
#include "adapters/store_bull/homes.hpp"
#include "adapters/store_bull/job_view.hpp"
#include "adapters/store_bull/scripts.hpp"

namespace cutroom::store_bull {

using boost::asio::awaitable;
using redis_client::Reply;

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
                                                 {"HGET", key, "steps"}};
  const auto answers = co_await redis_->pipeline(std::move(commands));
  if (!answers) co_return answers.error();
  std::vector<jobs::AttemptLog> attempts;
  for (const Reply& row : answers->at(0).array()) {
    if (auto attempt = attempt_from_row(row.text())) attempts.push_back(std::move(*attempt));
  }
  if (auto last = attempt_that_went_well(*job, answers->at(1).text(), attempts))
    attempts.push_back(std::move(*last));
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
