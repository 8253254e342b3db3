// Fakes of the ports below the use cases, and a whole Api over them, for the tests of this folder.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/thread_pool.hpp>

#include "adapters/http/routes.hpp"
#include "base/digest.hpp"
#include "base/token.hpp"

namespace cutroom::http {

class FakeJobStore final : public jobs::JobStore {
 public:
  std::vector<jobs::Job> jobs;
  std::map<std::string, jobs::QueueCounts> queue_counts;
  std::optional<Error> broken;
  // Where set, accept() waits for it to be cancelled: a request that takes long.
  boost::asio::steady_timer* hold = nullptr;
  int adds_begun = 0;
  bool keeps_jobs = true;
  std::optional<jobs::Once> last_once;
  std::map<std::string, jobs::Accepted> answered;

  void on_work(std::function<void(const std::string&)>) override {}
  void on_cancel(std::function<void(const jobs::JobId&)>) override {}
  boost::asio::awaitable<Result<jobs::Accepted>> accept(jobs::Handover handover, TimePoint now) override {
    ++adds_begun;
    if (hold) {
      boost::system::error_code cancelled;
      co_await hold->async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, cancelled));
    }
    if (broken) co_return *broken;
    last_once = handover.once;
    if (handover.once)
      if (const auto at = answered.find(handover.once->key); at != answered.end()) co_return at->second;
    jobs::Accepted accepted;
    if (handover.as_batch) accepted.batch = "1000";
    for (jobs::NewJob& one : handover.jobs) {
      accepted.ids.push_back(std::to_string(jobs.size() + 1));
      if (!keeps_jobs) continue;
      jobs::Job job{.id = accepted.ids.back(),
                    .queue = one.queue,
                    .vendor = one.vendor,
                    .payload_json = one.payload_json};
      job.priority = one.priority;
      job.batch = accepted.batch;
      job.created_at = now;
      jobs.push_back(std::move(job));
    }
    if (handover.once) {
      jobs::Accepted& again = answered[handover.once->key] = accepted;
      again.repeated = true;
      again.note = handover.once->note;
    }
    co_return accepted;
  }
  // Only by key: fingerprints are for real stores.
  boost::asio::awaitable<Result<std::optional<jobs::Accepted>>> repeated(jobs::Once once,
                                                                         TimePoint) override {
    const auto at = answered.find(once.key);
    co_return at == answered.end() ? std::optional<jobs::Accepted>() : at->second;
  }
  boost::asio::awaitable<Result<jobs::Job>> get(jobs::JobId id) override {
    if (broken) co_return *broken;
    for (const jobs::Job& job : jobs)
      if (job.id == id) co_return job;
    co_return Error{.code = Errc::not_found};
  }
  boost::asio::awaitable<Result<jobs::QueueCounts>> counts(std::string queue) override {
    if (broken) co_return *broken;
    co_return queue_counts[queue];
  }

  // Not asked for by any route.
  boost::asio::awaitable<Result<jobs::Claim>> claim(jobs::ClaimOptions) override { co_return unused(); }
  boost::asio::awaitable<Result<TimePoint>> extend_lease(jobs::Lease, Millis, TimePoint) override {
    co_return unused();
  }
  boost::asio::awaitable<Result<void>> report_progress(jobs::Lease, int) override { co_return unused(); }
  boost::asio::awaitable<Result<jobs::Settled>> settle(jobs::Lease, jobs::Settlement, TimePoint) override {
    co_return unused();
  }
  boost::asio::awaitable<Result<jobs::Recovered>> recover_expired(TimePoint) override { co_return unused(); }
  boost::asio::awaitable<Result<void>> retry(jobs::JobId, TimePoint) override { co_return unused(); }
  boost::asio::awaitable<Result<void>> remove(jobs::JobId, TimePoint) override { co_return unused(); }
  boost::asio::awaitable<Result<void>> promote(jobs::JobId) override { co_return unused(); }
  boost::asio::awaitable<Result<jobs::JobPage>> list(jobs::JobFilter, std::optional<jobs::JobId>,
                                                     std::size_t) override {
    co_return unused();
  }
  boost::asio::awaitable<Result<std::vector<jobs::AttemptLog>>> log(jobs::JobId) override {
    co_return unused();
  }
  boost::asio::awaitable<Result<jobs::Batch>> batch(jobs::BatchId) override { co_return unused(); }
  boost::asio::awaitable<Result<jobs::Cancelled>> cancel(jobs::JobId, std::vector<jobs::NewJob>,
                                                         TimePoint) override {
    co_return unused();
  }
  boost::asio::awaitable<Result<std::size_t>> remove_waiting(std::string, std::optional<std::string>,
                                                             TimePoint) override {
    co_return unused();
  }
  boost::asio::awaitable<Result<std::size_t>> prune(jobs::PruneRule) override { co_return unused(); }
  boost::asio::awaitable<Result<void>> set_paused(std::string, bool) override { co_return unused(); }
  boost::asio::awaitable<Result<void>> set_share(std::string, jobs::VendorShare) override {
    co_return Result<void>();
  }

 private:
  static Error unused() { return {.code = Errc::internal, .message = "not expected in this test"}; }
};

// Keeps files in a temporary folder, or in memory only.
class FakeAssetStore final : public delivery::AssetStore {
 public:
  explicit FakeAssetStore(bool on_disk) {
    if (!on_disk) return;
    folder_ = std::filesystem::temp_directory_path() / ("cutroom-http-test-" + random_token(6));
    std::filesystem::create_directory(folder_);
  }
  ~FakeAssetStore() override {
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }
  delivery::AssetKey keep(std::string_view content, const std::string& extension) {
    const std::string digest = sha256_hex(content);
    const std::string key = digest.substr(0, 2) + "/" + digest + "." + extension;
    files[key] = std::string(content);
    if (!folder_.empty()) std::ofstream(folder_ / (digest + "." + extension), std::ios::binary) << content;
    return key;
  }
  boost::asio::awaitable<Result<delivery::AssetInfo>> put(Bytes bytes, std::string extension) override {
    co_return info(keep(bytes.view(), extension));
  }
  boost::asio::awaitable<Result<delivery::AssetInfo>> find(delivery::AssetKey key) override {
    if (!files.contains(key)) co_return Error{.code = Errc::not_found};
    co_return info(key);
  }
  boost::asio::awaitable<Result<Bytes>> read(delivery::AssetKey key) override {
    if (!files.contains(key)) co_return Error{.code = Errc::not_found};
    co_return Bytes::copy_of(files[key]);
  }
  boost::asio::awaitable<Result<void>> remove(delivery::AssetKey key) override {
    files.erase(key);
    co_return Result<void>();
  }
  boost::asio::awaitable<Result<std::size_t>> forget_unused(TimePoint) override { co_return std::size_t{0}; }
  std::string url_of(const delivery::AssetKey& key) const override {
    return "http://localhost/assets/" + key;
  }

  std::map<std::string, std::string> files;

 private:
  delivery::AssetInfo info(const std::string& key) {
    return {.key = key,
            .size_bytes = files[key].size(),
            .content_type = key.ends_with(".png") ? "image/png" : "application/octet-stream",
            .local_path = folder_.empty() ? "" : (folder_ / key.substr(3)).string()};
  }
  std::filesystem::path folder_;
};

class FakePhotoSource final : public delivery::PhotoSource {
 public:
  Result<void> check(const std::string& url) const override {
    if (url.starts_with("http")) return {};
    return Error{.code = Errc::invalid_input, .message = "must be an http(s) address"};
  }
  // "http://HOST/..." and nothing else.
  std::string host_of(const std::string& url) const override {
    const std::size_t begin = url.find("://") + 3;
    return url.substr(begin, url.find('/', begin) - begin);
  }
  boost::asio::awaitable<Result<delivery::Photo>> fetch(std::string, std::stop_token) override {
    co_return Error{.code = Errc::internal};
  }
};

class FakeClock final : public Clock {
 public:
  TimePoint time = from_unix_ms(1'715'000'000'123);
  TimePoint now() const override { return time; }
};

class FakeRecordStore final : public delivery::RecordStore {
 public:
  boost::asio::awaitable<Result<void>> update(delivery::RecordUpdate) override { co_return Result<void>(); }
  boost::asio::awaitable<Result<delivery::Record>> get(std::string) override {
    co_return Error{.code = Errc::not_found};
  }
};

// Takes everything, gives back nothing: the directory has it all in memory.
class FakeVendorStore final : public vendors::VendorStore {
 public:
  template <class T>
  using Answer = boost::asio::awaitable<Result<T>>;
  std::vector<vendors::DayUsage> days;

  Answer<vendors::StoredVendors> load() override { co_return vendors::StoredVendors{}; }
  Answer<void> save(vendors::Vendor) override { co_return Result<void>(); }
  Answer<void> remove(vendors::VendorId) override { co_return Result<void>(); }
  Answer<void> add_key(vendors::ApiKey) override { co_return Result<void>(); }
  Answer<void> revoke_key(vendors::VendorId, std::string, TimePoint) override { co_return Result<void>(); }
  Answer<void> note_key_use(std::vector<vendors::KeyUse>) override { co_return Result<void>(); }
  Answer<void> add_usage(std::vector<vendors::UsageGain>) override { co_return Result<void>(); }
  Answer<std::vector<vendors::DayUsage>> usage(vendors::VendorId, vendors::Days) override { co_return days; }
};

class FakeRateLimiter final : public vendors::RateLimiter {
 public:
  using Standings = Result<std::vector<vendors::Standing>>;
  std::map<std::string, vendors::SlidingWindow> windows;

  boost::asio::awaitable<Standings> take(std::vector<vendors::Charge> charges, TimePoint now) override {
    std::vector<vendors::Standing> standings = look(charges, now);
    for (const vendors::Standing& one : standings)
      if (!one.allowed) co_return standings;
    for (std::size_t i = 0; i < charges.size(); ++i)
      standings[i] = windows[charges[i].key].take(charges[i].limit, now);
    co_return standings;
  }
  boost::asio::awaitable<Standings> peek(std::vector<vendors::Charge> charges, TimePoint now) override {
    co_return look(charges, now);
  }

 private:
  std::vector<vendors::Standing> look(const std::vector<vendors::Charge>& charges, TimePoint now) {
    std::vector<vendors::Standing> standings;
    for (const vendors::Charge& one : charges) standings.push_back(windows[one.key].peek(one.limit, now));
    return standings;
  }
};

inline vendors::Limits no_limits() {
  vendors::Limits limits;
  for (const vendors::LimitRow& row : vendors::limit_table()) limits[row.kind] = vendors::Limit{};
  return limits;
}

inline imaging::FacePresets two_presets() {
  imaging::FacePreset preset{.name = "passport",
                             .title = "Passport",
                             .size = {413, 531},
                             .head_height = 0.75,
                             .head_height_range = {0.7, 0.8},
                             .crown_top = 0.1};
  imaging::FacePresets presets;
  presets.put(preset);
  preset.name = "official";
  preset.may_alter = false;
  presets.put(preset);
  return presets;
}

class FakeNotifier final : public delivery::Notifier {
 public:
  Result<void> check(const std::string& url) const override {
    if (url.starts_with("http")) return {};
    return Error{.code = Errc::invalid_input, .message = "The webhook's address is not a valid URL"};
  }
  boost::asio::awaitable<Result<int>> post(delivery::Notice, std::stop_token) override { co_return 200; }
};

class FakeWorkerRegistry final : public engine::WorkerRegistry {
 public:
  Result<std::vector<engine::WorkerState>> all = std::vector<engine::WorkerState>{{.id = "w1"}};
  boost::asio::awaitable<Result<void>> say(engine::WorkerState, Millis) override { co_return Result<void>(); }
  boost::asio::awaitable<Result<void>> leave(std::string) override { co_return Result<void>(); }
  boost::asio::awaitable<Result<std::vector<engine::WorkerState>>> alive() override { co_return all; }
};

// Everything the routes need. Runs on the executor given.
struct TestApi {
  explicit TestApi(boost::asio::any_io_executor executor, bool assets_on_disk = true,
                   ServerOptions options = {}, engine::Admission::Options who = {})
      : assets(assets_on_disk),
        hub(executor),
        directory(executor, vendor_store, store, clock, {}),
        usage(executor, vendor_store, directory, clock),
        admission(directory, limiter, clock, std::move(who)),
        api{{submission, status, control, hub, readiness, assets, clock, pool, admission, directory, usage,
             presets, webhook_setup, workers},
            std::move(options),
            route_table()} {}
  ~TestApi() { pool.join(); }

  FakeJobStore store;
  FakeAssetStore assets;
  FakePhotoSource photos;
  FakeRecordStore records;
  engine::Estimator estimator;
  FakeClock clock;
  boost::asio::thread_pool pool{1};
  engine::EventHub hub;
  engine::Announcer announcer{hub, store};
  FakeVendorStore vendor_store;
  FakeRateLimiter limiter;
  engine::VendorDirectory directory;
  engine::UsageCounter usage;
  engine::Admission admission;
  engine::VendorRules rules{directory, usage};
  engine::Submission submission{{.store = store,
                                 .assets = assets,
                                 .photos = photos,
                                 .estimator = estimator,
                                 .announcer = announcer,
                                 .clock = clock,
                                 .rules = &rules},
                                engine::SubmissionLimits{}};
  engine::Status status{store};
  engine::Control control{{.store = store, .records = records, .announcer = announcer, .clock = clock}};
  engine::Readiness readiness;
  imaging::FacePresets presets = two_presets();
  FakeNotifier notifier;
  engine::Webhooks webhooks{
      {.clock = clock,
       .endpoint_of = [this](const std::string& vendor) { return engine::webhook_of(directory, vendor); },
       .default_secret = "whsec_c2VjcmV0"}};
  engine::WebhookSetup webhook_setup{
      {.vendors = directory, .webhooks = webhooks, .notifier = notifier, .store = store, .clock = clock}};
  FakeWorkerRegistry workers;
  Api api;
};

}  // namespace cutroom::http
