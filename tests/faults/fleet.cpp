#include "fleet.hpp"

#include <iostream>

#include "blackbox/cutroom_command.hpp"
#include "support/wait_until.hpp"

namespace cutroom::test {
namespace {

namespace json = boost::json;
using Steady = std::chrono::steady_clock;

constexpr std::chrono::seconds kAcceptedMax{60};

std::string photo_path(int number) { return "/j/" + std::to_string(number); }
std::string hook_path(int number) { return "/hook/" + std::to_string(number); }

}  // namespace

FaultTest::FaultTest() { get(photos.url("/text")); }  // curl is to be set up on one thread.

FaultTest::~FaultTest() { end_load(); }

ServerProcess& FaultTest::start(const std::string& command, const std::string& redis_url,
                                std::vector<std::string> more) {
  std::vector<std::string> arguments{"--redis", redis_url, "--jobs-lease-ms", "2000"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return *processes_.emplace_back(
      std::make_unique<ServerProcess>(data.path(), std::move(arguments), RateLimits::off, command));
}

void FaultTest::begin_load(std::vector<ServerProcess*> apis, LoadOptions options) {
  apis_ = std::move(apis);
  options_ = std::move(options);
  for (int i = 0; i < options_.submitters; ++i) submitters_.emplace_back([this] { submit(); });
}

void FaultTest::submit() {
  while (!ending_) {
    const int number = next_++;
    photos.answer(photo_path(number), 200, "image/png", std::string(small_png()));
    photos.answer(hook_path(number), 204, "text/plain", "");
    hand_in(number);
  }
}

void FaultTest::hand_in(int number) {
  json::object options;
  if (options_.durable) options["durable"] = true;
  if (options_.with_webhook) options["webhookUrl"] = photos.url(hook_path(number));
  const std::string photo = options_.photo.empty() ? photo_path(number) : options_.photo;
  const std::string body = json::serialize(json::object{{"recordId", number},
                                                        {"projectId", "p"},
                                                        {"photoUrl", photos.url(photo)},
                                                        {"vendorId", "v" + std::to_string(number % 3)},
                                                        {"options", options}});
  const std::vector<std::string> headers{"Content-Type: application/json",
                                         "Idempotency-Key: k" + std::to_string(number)};
  auto i = static_cast<std::size_t>(number);
  const auto is_accepted = [&] {
    const ServerProcess& api = *apis_[i++ % apis_.size()];
    const Answer answer = send("POST", api.url("/api/image-queue/remove-bg-queue"), headers, body);
    if (answer.status == 200) {
      note({number, std::string(answer.json().at("jobId").as_string()), Steady::now()});
      return true;
    }
    EXPECT_TRUE(answer.status == 503 || answer.status == 0) << answer.status << ' ' << answer.body;
    ++refused_;
    return false;
  };
  // As a caller does: an API server that has refused does not call back.
  EXPECT_TRUE(wait_until(is_accepted, kAcceptedMax)) << "job " << number << " was never accepted";
}

void FaultTest::note(Acknowledged job) {
  {
    const std::scoped_lock lock(mutex_);
    acknowledged_.push_back(std::move(job));
  }
  has_been_acknowledged_.notify_all();
}

int FaultTest::acknowledged() const {
  const std::scoped_lock lock(mutex_);
  return static_cast<int>(acknowledged_.size());
}

void FaultTest::wait_for_acknowledged(int more) {
  std::unique_lock lock(mutex_);
  const auto until = acknowledged_.size() + static_cast<std::size_t>(more);
  const auto is_reached = [&] { return acknowledged_.size() >= until; };
  if (!has_been_acknowledged_.wait_for(lock, kAcceptedMax, is_reached))
    throw std::runtime_error("the load does not get on");
}

void FaultTest::end_load() {
  ending_ = true;
  for (std::thread& submitter : submitters_) submitter.join();
  submitters_.clear();
}

Figures FaultTest::account(const std::string& fault, const ServerProcess& at) {
  end_load();
  Figures figures{.acknowledged = acknowledged(), .refused = refused_};
  for (const Acknowledged& job : acknowledged_) {
    const auto deadline = Steady::now() + kAcceptedMax;
    Answer answer;
    do {
      answer = get(at.url("/api/image-queue/job/" + job.id + "?wait=10s"));
    } while ((answer.status == 503 || answer.status == 0 ||
              (answer.status == 200 && answer.json().at("finishedOn").is_null())) &&
             Steady::now() < deadline);
    if (answer.status == 404) {
      ++figures.lost;
      lost_at.push_back(job.at);
      continue;
    }
    const json::value said = answer.json();
    const auto state = said.at("state").as_string();
    EXPECT_TRUE(state == "completed" || state == "failed") << answer.body;
    EXPECT_EQ(said.at("data").at("recordId"), json::value(job.number)) << "another job has its number";
    ++(state == "completed" ? figures.completed : figures.failed);
    if (options_.photo.empty() && photos.requests(photo_path(job.number)) > 1) ++figures.re_run;
    if (options_.with_webhook) {
      EXPECT_TRUE(photos.wait_for_requests(hook_path(job.number), 1, kAcceptedMax))
          << "the job that follows " << job.id << " is lost";
    }
  }
  std::cout << "[ figures  ] " << fault << ": " << figures.acknowledged << " acknowledged, "
            << figures.refused << " refused, " << figures.completed << " completed, " << figures.failed
            << " failed, " << figures.lost << " lost, " << figures.re_run << " re-run" << std::endl;
  EXPECT_EQ(figures.acknowledged, figures.completed + figures.failed + figures.lost);
  EXPECT_EQ(figures.failed, 0);
  return figures;
}

void FaultTest::expect_clean(const std::string& redis_url) {
  const CommandOutput checked = run_cutroom({"queue", "fsck", "--redis", redis_url});
  EXPECT_EQ(checked.exit_code, 0) << checked.out;
}

}  // namespace cutroom::test
