#include "jobs/job_store.hpp"

#include <utility>

namespace cutroom::jobs {

using boost::asio::awaitable;

namespace {

awaitable<Result<void>> only_whether(awaitable<Result<Settled>> call) {
  const auto settled = co_await std::move(call);
  if (!settled) co_return settled.error();
  co_return Result<void>();
}

}  // namespace

awaitable<Result<std::vector<JobId>>> JobStore::add(std::vector<NewJob> new_jobs, TimePoint now) {
  Handover handover{.jobs = std::move(new_jobs)};
  auto accepted = co_await accept(std::move(handover), now);
  if (!accepted) co_return accepted.error();
  co_return std::move(accepted->ids);
}

awaitable<Result<void>> JobStore::complete(Lease lease, std::string result_json, TimePoint now) {
  return only_whether(
      settle(std::move(lease), {.move = Move::complete, .text = std::move(result_json)}, now));
}

awaitable<Result<void>> JobStore::fail(Lease lease, std::string reason, TimePoint now) {
  return only_whether(settle(std::move(lease), {.move = Move::fail, .text = std::move(reason)}, now));
}

awaitable<Result<void>> JobStore::fail_and_retry_at(Lease lease, std::string reason, TimePoint run_at,
                                                    TimePoint now) {
  return only_whether(
      settle(std::move(lease), {.move = Move::retry_at, .text = std::move(reason), .run_at = run_at}, now));
}

awaitable<Result<void>> JobStore::release(Lease lease, TimePoint now) {
  return only_whether(settle(std::move(lease), {.move = Move::release}, now));
}

boost::asio::awaitable<Result<std::string>> JobStore::check_durable(std::string) { co_return std::string(); }

boost::asio::awaitable<Result<void>> JobStore::make_durable(std::string, std::string) {
  co_return Result<void>();
}

}  // namespace cutroom::jobs
