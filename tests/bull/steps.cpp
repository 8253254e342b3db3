#include "steps.hpp"

#include <stdexcept>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_from.hpp>

#include "adapters/store_bull/cron.hpp"
#include "adapters/store_bull/fsck.hpp"

namespace cutroom::bull_test {

using boost::asio::awaitable;
using boost::json::object;
using store_bull::BullStore;

namespace {

constexpr Millis kLease{30'000};

std::string text_of(const object& words, std::string_view name, std::string otherwise = "") {
  const auto* value = words.if_contains(name);
  if (value == nullptr) return otherwise;
  if (value->is_string()) return std::string(value->get_string());
  return boost::json::serialize(*value);
}

template <class Number>
Number number_of(const object& words, std::string_view name, Number otherwise) {
  const auto* value = words.if_contains(name);
  return value == nullptr ? otherwise : value->to_number<Number>();
}

Millis millis_of(const object& words, std::string_view name, Millis otherwise = Millis{0}) {
  return Millis{number_of<std::int64_t>(words, name, otherwise.count())};
}

bool is_set(const object& words, std::string_view name) {
  const auto* value = words.if_contains(name);
  return value != nullptr && value->as_bool();
}

TimePoint now_of(const object& words) {
  return words.contains("now") ? from_unix_ms(words.at("now").to_number<std::int64_t>())
                               : SystemClock().now();
}

jobs::NewJob job_of(const object& words) {
  return {.queue = text_of(words, "queue", "q"),
          .vendor = text_of(words, "vendor", "default"),
          .payload_json = text_of(words, "data", "{}"),
          .priority = number_of(words, "priority", 0),
          .cost = number_of(words, "cost", 1.0),
          .retry = {.attempts_max = number_of(words, "attempts", 3),
                    .backoff_first = millis_of(words, "backoff", Millis{2'000}),
                    .backoff_max = millis_of(words, "backoffMax", Millis{3'600'000})},
          .timeout = millis_of(words, "timeout", Millis{60'000}),
          .project = text_of(words, "project"),
          .delay = millis_of(words, "delay")};
}

jobs::Lease lease_of(const object& words) {
  return {.id = text_of(words, "id"), .token = text_of(words, "token")};
}

object failure(const Error& error) {
  return {{"error", error_row(error.code).code}, {"message", error.message}, {"detail", error.detail}};
}

template <class T, class Tell>
object answer_of(const Result<T>& result, Tell tell) {
  if (!result) return failure(result.error());
  return tell(*result);
}

object nothing_to_tell(const Result<void>& result) { return result ? object{} : failure(result.error()); }

object shown(const jobs::Job& job) {
  object out{{"id", job.id},
             {"queue", job.queue},
             {"vendor", job.vendor},
             {"state", to_string(job.state)},
             {"data", job.payload_json},
             {"priority", job.priority},
             {"attemptsMax", job.retry.attempts_max},
             {"attemptsMade", job.attempts_made},
             {"timeout", job.timeout.count()},
             {"stalls", job.stalls},
             {"progress", job.progress}};
  if (job.batch) out["batch"] = *job.batch;
  if (!job.result_json.empty()) out["result"] = job.result_json;
  if (!job.failed_reason.empty()) out["failedReason"] = job.failed_reason;
  if (const auto pause = next_backoff(job.retry, job.attempts_made + 1)) out["nextBackoff"] = pause->count();
  return out;
}

awaitable<object> add(BullStore& store, object words) {
  jobs::Handover handover{.jobs = {}, .as_batch = is_set(words, "batch")};
  handover.jobs.assign(number_of<std::size_t>(words, "count", 1), job_of(words));
  // Several that differ: each its own words.
  if (const auto* several = words.if_contains("jobs")) {
    handover.jobs.clear();
    for (const auto& one : several->as_array()) {
      handover.jobs.push_back(job_of(one.as_object()));
      handover.jobs.back().queue = text_of(words, "queue", "q");
    }
  }
  auto result = co_await store.accept(std::move(handover), now_of(words));
  co_return answer_of(result, [](const jobs::Accepted& accepted) {
    object out{{"ids", boost::json::value_from(accepted.ids)}};
    if (accepted.batch) out["batch"] = *accepted.batch;
    return out;
  });
}

awaitable<object> claim(BullStore& store, object words) {
  jobs::ClaimOptions asked{.queue = text_of(words, "queue", "q"),
                           .worker = "test",
                           .lease = millis_of(words, "lease", kLease),
                           .now = now_of(words)};
  auto result = co_await store.claim(std::move(asked));
  co_return answer_of(result, [](const jobs::Claim& claimed) {
    object out;
    if (claimed.due) out["due"] = to_unix_ms(*claimed.due);
    if (!claimed.job) return out;
    out["id"] = claimed.job->job.id;
    out["token"] = claimed.job->lease.token;
    out["job"] = shown(claimed.job->job);
    return out;
  });
}

awaitable<object> settle(BullStore& store, object words) {
  const std::string op = text_of(words, "op");
  jobs::Settlement settlement{.move = op == "complete"   ? jobs::Move::complete
                                      : op == "retry_at" ? jobs::Move::retry_at
                                      : op == "fail"     ? jobs::Move::fail
                                                         : jobs::Move::release};
  settlement.text = text_of(words, op == "complete" ? "result" : "reason", "null");
  if (words.contains("run_at")) settlement.run_at = from_unix_ms(number_of<std::int64_t>(words, "run_at", 0));
  auto result = co_await store.settle(lease_of(words), std::move(settlement), now_of(words));
  co_return answer_of(result, [](const jobs::Settled& settled) {
    object out;
    if (settled.batch_done) out["batchDone"] = *settled.batch_done;
    return out;
  });
}

awaitable<object> counts(BullStore& store, object words) {
  auto result = co_await store.counts(text_of(words, "queue", "q"));
  co_return answer_of(result, [](const jobs::QueueCounts& all) {
    return object{{"waiting", all.waiting}, {"active", all.active},   {"completed", all.completed},
                  {"failed", all.failed},   {"delayed", all.delayed}, {"paused", all.paused}};
  });
}

awaitable<object> batch(BullStore& store, object words) {
  auto result = co_await store.batch(text_of(words, "id"));
  co_return answer_of(result, [](const jobs::Batch& b) {
    return object{{"total", b.total},
                  {"active", b.active},
                  {"delayed", b.delayed},
                  {"completed", b.completed},
                  {"failed", b.failed},
                  {"removed", b.removed},
                  {"done", b.done_at.has_value()}};
  });
}

awaitable<object> recover(BullStore& store, object words) {
  auto result = co_await store.recover_expired(now_of(words));
  co_return answer_of(result, [](const jobs::Recovered& found) {
    return object{{"waiting", boost::json::value_from(found.waiting)},
                  {"failed", boost::json::value_from(found.failed)}};
  });
}

awaitable<object> share(BullStore& store, object words) {
  jobs::VendorShare given{.weight = number_of(words, "weight", 1.0),
                          .cap = number_of<std::size_t>(words, "cap", 0),
                          .cap_is_hard = is_set(words, "hard"),
                          .paused = is_set(words, "paused")};
  co_return nothing_to_tell(co_await store.set_share(text_of(words, "vendor"), given));
}

object next_run(const object& words) {
  const auto cron = store_bull::Cron::parse(text_of(words, "cron"));
  if (!cron) return {{"error", "cron"}};
  const auto next = cron->next(now_of(words), text_of(words, "tz"));
  return next ? object{{"next", to_unix_ms(*next)}} : object{};
}

awaitable<object> of_one_job(BullStore& store, std::string op, object words) {
  const std::string id = text_of(words, "id");
  if (op == "promote") co_return nothing_to_tell(co_await store.promote(id));
  if (op == "retry") co_return nothing_to_tell(co_await store.retry(id, now_of(words)));
  if (op == "remove") co_return nothing_to_tell(co_await store.remove(id, now_of(words)));
  if (op == "cancel") {
    std::vector<jobs::NewJob> none;
    auto result = co_await store.cancel(id, std::move(none), now_of(words));
    co_return answer_of(result,
                        [](const jobs::Cancelled& done) { return object{{"stopping", done.is_stopping}}; });
  }
  auto result = co_await store.get(id);
  co_return answer_of(result, shown);
}

}  // namespace

awaitable<object> do_fsck(std::shared_ptr<redis_client::Redis> redis, store_bull::BullOptions options,
                          object words) {
  store_bull::FsckOptions how{.repair = is_set(words, "repair"),
                              .between_looks = millis_of(words, "between_looks")};
  std::string queue = text_of(words, "queue", "q");
  auto result = co_await store_bull::check_queue(std::move(redis), std::move(options), std::move(queue), how);
  co_return answer_of(result, [](const store_bull::FsckReport& report) {
    boost::json::array findings;
    for (const auto& finding : report.findings)
      findings.emplace_back(finding.job + ": " + finding.what +
                            (finding.detail.empty() ? "" : " (" + finding.detail + ")"));
    return object{{"jobs", report.jobs}, {"findings", std::move(findings)}};
  });
}

awaitable<object> do_step(BullStore& store, object words) {
  const std::string op = text_of(words, "op");
  if (op == "add") co_return co_await add(store, std::move(words));
  if (op == "claim") co_return co_await claim(store, std::move(words));
  if (op == "complete" || op == "fail" || op == "retry_at" || op == "release")
    co_return co_await settle(store, std::move(words));
  if (op == "extend") {
    auto result =
        co_await store.extend_lease(lease_of(words), millis_of(words, "lease", kLease), now_of(words));
    co_return answer_of(result, [](TimePoint until) { return object{{"until", to_unix_ms(until)}}; });
  }
  if (op == "progress")
    co_return nothing_to_tell(
        co_await store.report_progress(lease_of(words), number_of(words, "percent", 0)));
  if (op == "recover") co_return co_await recover(store, std::move(words));
  if (op == "counts") co_return co_await counts(store, std::move(words));
  if (op == "next_run") co_return next_run(words);
  if (op == "batch") co_return co_await batch(store, std::move(words));
  if (op == "share") co_return co_await share(store, std::move(words));
  if (op == "pause" || op == "resume")
    co_return nothing_to_tell(co_await store.set_paused(text_of(words, "queue", "q"), op == "pause"));
  for (const char* one : {"get", "promote", "retry", "remove", "cancel"}) {
    if (op == one) co_return co_await of_one_job(store, op, std::move(words));
  }
  throw std::invalid_argument("no step \"" + op + "\"");
}

}  // namespace cutroom::bull_test
