#include "adapters/store_bull/step_batches.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "adapters/store_bull/scripts.hpp"
#include "base/token.hpp"
#include "jobs/job_store.hpp"

namespace cutroom::store_bull {

using redis_client::Reply;

namespace {

// Words of one kind's steps in one script at most, beyond the first step: it should take milliseconds, and
// nothing else runs in Redis meanwhile.
constexpr std::size_t kWordsMax = 4'000;
constexpr std::size_t kStepsMax = 128;
// What comes meanwhile makes the next batch larger, which costs Redis less than another one under way. Where
// many steps come, though, they go in two halves, so that Redis has one to do while the answers to the other
// are seen to.
constexpr int kRunningMax = 2;
constexpr std::size_t kWorthAnother = 16;  // Steps.

// Of Step::Kind, as lua/8_steps_*.lua call them.
constexpr std::array<std::string_view, Step::kKinds> kNames{"complete", "settle",   "add",  "accept",
                                                            "extend",   "progress", "claim"};

// The answer that begins at `at`, which goes on behind it. A claim's lies flat, behind the number of its
// words; `token` comes before them.
Reply next_answer(std::vector<Reply>& answers, std::size_t& at, Step::Kind kind, const std::string& token) {
  if (kind != Step::Kind::claim) return std::move(answers.at(at++));
  const auto count = answers.at(at++).integer();
  std::vector<Reply> words;
  for (std::int64_t i = 0; i < count; ++i) words.push_back(std::move(answers.at(at++)));
  return {std::vector<Reply>{{token}, {std::move(words)}}};
}

}  // namespace

StepBatches::StepBatches(boost::asio::any_io_executor executor, std::shared_ptr<redis_client::Redis> redis,
                         std::shared_ptr<Homes> homes, std::shared_ptr<ServerClock> clock, std::string prefix,
                         std::string token)
    : executor_(std::move(executor)),
      redis_(std::move(redis)),
      homes_(std::move(homes)),
      clock_(std::move(clock)),
      prefix_(std::move(prefix)),
      token_(std::move(token)) {}

void StepBatches::on_told(std::function<void(const std::string& queue, const Reply& told)> call) {
  on_told_ = std::move(call);
}

boost::asio::awaitable<Result<Reply>> StepBatches::step(std::string queue, Step step) {
  std::optional<Result<Reply>> answer;
  co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(
      [&](auto handler) {
        auto executor = boost::asio::get_associated_executor(handler);
        auto work = boost::asio::prefer(executor, boost::asio::execution::outstanding_work.tracked);
        // std::function wants what can be copied.
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        enqueue(queue, {.step = std::move(step), .answer = [&answer, work, shared](Result<Reply> reply) {
                          answer.emplace(std::move(reply));
                          boost::asio::post(work, [shared]() { std::move (*shared)(); });
                        }});
      },
      boost::asio::use_awaitable);
  co_return std::move(*answer);
}

void StepBatches::enqueue(const std::string& queue, Waiting waiting) {
  const std::scoped_lock lock(mutex_);
  Line& line = lines_[queue];
  line.waiting.at(static_cast<std::size_t>(waiting.step.kind)).push_back(std::move(waiting));
  ++line.count;
  start_where_worth(queue, line);
}

void StepBatches::start_where_worth(const std::string& queue, Line& line) {
  if (line.running >= kRunningMax) return;
  if (line.running > 0 && line.count < kWorthAnother) return;
  ++line.running;
  // Not at once: the mutex is held.
  boost::asio::post(executor_, [self = shared_from_this(), queue] {
    boost::asio::co_spawn(self->executor_, self->pump(queue), boost::asio::detached);
  });
}

std::vector<StepBatches::Waiting> StepBatches::next_batch(const std::string& queue, std::size_t answered) {
  const std::scoped_lock lock(mutex_);
  Line& line = lines_.at(queue);
  line.sent -= answered;
  const std::size_t waiting = line.count;
  const std::size_t most = std::clamp((waiting + line.sent + 1) / 2, kWorthAnother, kStepsMax);
  std::vector<Waiting> batch;
  for (auto& of_kind : line.waiting) {
    // Of each kind the same part: what one step does for another of its kind it does in every batch.
    std::size_t left = waiting <= most ? of_kind.size() : (of_kind.size() * most + waiting - 1) / waiting;
    std::size_t words = 0;
    for (const std::size_t first = batch.size(); left > 0; --left) {
      words += of_kind.front().step.words.size();
      if (words > kWordsMax && batch.size() > first) break;
      batch.push_back(std::move(of_kind.front()));
      of_kind.pop_front();
    }
  }
  line.count -= batch.size();
  line.sent += batch.size();
  if (!batch.empty()) {
    start_where_worth(queue, line);
  } else if (--line.running == 0) {
    lines_.erase(queue);
  }
  return batch;
}

std::vector<std::string> StepBatches::words_of(const std::string& queue, const std::string& token,
                                               std::vector<Waiting>& batch) const {
  // One time for all: they were gathered within milliseconds.
  const TimePoint now = std::ranges::max(batch, {}, [](const Waiting& it) { return it.step.now; }).step.now;
  std::vector<std::string> words{std::to_string(to_unix_ms(now + clock_->ahead())), prefix_, token_,
                                 homes_->numbering_of(queue)};
  words.insert(words.end(), {homes_->name_of(queue), std::to_string(jobs::kPromoteMax),
                             std::string(jobs::kCancelledReason), std::to_string(jobs::kOnceKept.count()),
                             redis_->is_cluster() ? "1" : "0", token});
  for (auto first = batch.begin(); first != batch.end();) {
    const Step::Kind kind = first->step.kind;
    const std::size_t width = first->step.words.size();
    const auto last = std::find_if(first, batch.end(), [&](const Waiting& other) {
      return other.step.kind != kind || other.step.words.size() != width;
    });
    words.insert(words.end(), {std::string(kNames.at(static_cast<std::size_t>(kind))),
                               std::to_string(last - first), std::to_string(width)});
    for (; first != last; ++first)
      std::move(first->step.words.begin(), first->step.words.end(), std::back_inserter(words));
  }
  return words;
}

// Who was answered has a next step at hand, often, or starts somebody who has: what they ask for joins the
// next batch.
boost::asio::awaitable<void> StepBatches::gather() const {
  for (int turn = 0; turn < 2; ++turn) co_await boost::asio::post(executor_, boost::asio::use_awaitable);
}

boost::asio::awaitable<void> StepBatches::pump(std::string queue) {
  const auto self = shared_from_this();
  co_await gather();
  for (auto batch = next_batch(queue, 0); !batch.empty(); batch = next_batch(queue, batch.size())) {
    if (clock_->is_old()) co_await clock_->look();
    if (homes_->are_spread()) {
      const auto is_open = co_await homes_->open(queue);
      if (!is_open) {
        for (Waiting& waiting : batch) waiting.answer(is_open.error());
        continue;
      }
    }
    auto keys = homes_->keys(queue);
    const std::string token = random_token();
    auto words = words_of(queue, token, batch);
    auto reply = co_await redis_->run(scripts().steps, std::move(keys), std::move(words));
    if (!reply) {
      for (Waiting& waiting : batch) waiting.answer(reply.error());
      continue;
    }
    auto answers = std::get<std::vector<Reply>>(std::move(reply->value));
    if (on_told_) on_told_(queue, answers.back());
    std::size_t at = 0;
    for (Waiting& waiting : batch) waiting.answer(next_answer(answers, at, waiting.step.kind, token));
    co_await gather();
  }
}

}  // namespace cutroom::store_bull
