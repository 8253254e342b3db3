#include "app/wire.hpp"

#include <filesystem>
#include <map>
#include <unistd.h>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/host_name.hpp>

#include "adapters/archive_zip/zip_archiver.hpp"
#include "adapters/assets_disk/disk_asset_store.hpp"
#include "adapters/codec_vips/vips_codec.hpp"
#include "adapters/codec_vips/vips_editor.hpp"
#include "adapters/fetch_curl/curl_notifier.hpp"
#include "adapters/fetch_curl/curl_photo_source.hpp"
#include "adapters/http/server.hpp"
#include "adapters/model_onnx/onnx_segmenter.hpp"
#include "app/face_detection.hpp"
#include "app/face_presets.hpp"
#include "app/model_folder.hpp"
#include "app/pools.hpp"
#include "app/secret_file.hpp"
#include "app/stores.hpp"
#include "base/log.hpp"
#include "base/run_on.hpp"
#include "base/token.hpp"
#include "engine/abilities.hpp"
#include "engine/announcer.hpp"
#include "engine/control.hpp"
#include "engine/cut_out_pipeline.hpp"
#include "engine/cut_out_work.hpp"
#include "engine/event_hub.hpp"
#include "engine/face_crop_work.hpp"
#include "engine/image_work.hpp"
#include "engine/janitor.hpp"
#include "engine/photo_path.hpp"
#include "engine/readiness.hpp"
#include "engine/recovery.hpp"
#include "engine/recurring.hpp"
#include "engine/status.hpp"
#include "engine/submission.hpp"
#include "engine/webhook_path.hpp"
#include "engine/webhook_setup.hpp"
#include "engine/webhooks.hpp"
#include "engine/worker.hpp"
#include "engine/worker_pulse.hpp"

namespace cutroom::app {
namespace {

using boost::asio::awaitable;
using boost::asio::io_context;

// Answers that are under way when everything else has stopped; they only have to be sent.
constexpr Millis kHttpGrace{5'000};

// As much as a crash loses of the usage figures.
constexpr Millis kUsageEvery{5'000};

bool is_loopback(const std::string& address) { return address.starts_with("127.") || address == "::1"; }

std::string public_url(const Settings& settings, std::uint16_t port) {
  if (!settings.public_url.empty()) return settings.public_url;
  const bool v6 = settings.listen_address.find(':') != std::string::npos;
  // An address that means "all of them" is none that a client can follow.
  const std::string host = settings.listen_address == "0.0.0.0" || settings.listen_address == "::"
                               ? "localhost"
                               : (v6 ? "[" + settings.listen_address + "]" : settings.listen_address);
  return "http://" + host + ":" + std::to_string(port);
}

Result<fetch_curl::Options> fetch_options(const Settings& settings) {
  fetch_curl::Options options;
  options.body_bytes_max = static_cast<std::size_t>(settings.photo_bytes_max);
  options.extra_ports = settings.fetch_ports;
  options.hosts = settings.fetch_hosts;
  for (const std::string& text : settings.fetch_allow) {
    auto cidr = fetch_curl::parse_cidr(text);
    if (!cidr) return cidr.error();
    options.allow.push_back(*cidr);
  }
  return options;
}

// The same rules as for photos; a receiver that takes its time gets it.
fetch_curl::Options webhook_options(const Settings& settings) {
  fetch_curl::Options options = fetch_options(settings).value();  // Was fine when the server was made.
  options.hosts.clear();                                          // The list is of photo servers.
  options.body_bytes_max = 64U << 10U;
  return options;
}

http::ServerOptions http_options(const Settings& settings) {
  return {.address = settings.listen_address,
          .port = settings.listen_port,
          .photo_bytes_max = static_cast<std::size_t>(settings.photo_bytes_max),
          .cors_origins = {settings.cors_origin},
          .trusted_proxies = settings.trusted_proxies,
          .version = CUTROOM_VERSION};
}

engine::SubmissionLimits submission_limits(const Settings& settings) {
  return {.waiting_max = static_cast<std::uint64_t>(settings.waiting_max),
          .bulk_max = static_cast<std::size_t>(settings.bulk_max),
          .photo_bytes_max = static_cast<std::size_t>(settings.photo_bytes_max),
          .retry = {.attempts_max = static_cast<int>(settings.attempts),
                    .backoff_first = Millis{settings.backoff_ms}},
          .job_timeout = Millis{settings.job_timeout_ms}};
}

engine::Retention retention(const Settings& settings) {
  constexpr std::int64_t kDayMs = 86'400'000;
  return {.completed = Millis{settings.retention_completed_days * kDayMs},
          .completed_max = static_cast<std::uint64_t>(settings.retention_completed_max),
          .failed = Millis{settings.retention_failed_days * kDayMs},
          .failed_max = static_cast<std::uint64_t>(settings.retention_failed_max),
          .assets = Millis{settings.retention_assets_days * kDayMs}};
}

engine::WorkerState this_process(TimePoint now) {
  return {.id = random_token(6),
          .host = boost::asio::ip::host_name(),
          .pid = ::getpid(),
          .version = CUTROOM_VERSION,
          .started_at = now};
}

// What needs the model, and so exists only once it has been loaded.
struct BackgroundRemoval {
  BackgroundRemoval(std::unique_ptr<imaging::Segmenter> loaded, const imaging::ImageCodec& codec,
                    Pools& pools, imaging::DecodeLimits limits, delivery::PhotoSource& photos,
                    delivery::AssetStore& assets, delivery::RecordStore& records, const Clock& clock)
      : segmenter(std::move(loaded)),
        pipeline({.codec = codec,
                  .segmenter = *segmenter,
                  .compute = pools.compute,
                  .model_turn = pools.model_turn,
                  .limits = limits,
                  .archiver = &archiver}),
        work(pipeline, photos, assets),
        path({.photos = photos,
              .assets = assets,
              .records = records,
              .work = work,
              .compute = pools.compute,
              .clock = clock}) {}

  archive_zip::ZipArchiver archiver;
  std::unique_ptr<imaging::Segmenter> segmenter;
  engine::CutOutPipeline pipeline;
  engine::CutOutWork work;
  engine::PhotoPath path;
};

// Needs no model: runs from the start.
struct ImageProcessing {
  ImageProcessing(engine::ImageWork::Parts parts, delivery::RecordStore& records, const Clock& clock)
      : work(parts),
        path({.photos = parts.photos,
              .assets = parts.assets,
              .records = records,
              .work = work,
              .compute = parts.compute,
              .clock = clock}) {}

  engine::ImageWork work;
  engine::PhotoPath path;
};

// Needs the background-removal model only where a background is to be replaced.
struct FaceCrop {
  FaceCrop(engine::FaceCropWork::Parts parts, delivery::PhotoSource& photos, delivery::AssetStore& assets,
           delivery::RecordStore& records, const Clock& clock)
      : work(parts),
        path({.photos = photos,
              .assets = assets,
              .records = records,
              .work = work,
              .compute = parts.compute,
              .clock = clock}) {}

  engine::FaceCropWork work;
  engine::PhotoPath path;
};

struct Opened {
  std::string webhook_secret;
  FoundModel model;
  imaging::FacePresets presets;
  std::unique_ptr<imaging::FaceDetector> faces;
  fetch_curl::Options fetch;
  std::unique_ptr<Stores> stores;
};

class WiredServer final : public Server {
 public:
  WiredServer(io_context& io, Settings settings, Role role, Opened opened)
      : io_(io),
        settings_(std::move(settings)),
        role_(role),
        model_(std::move(opened.model)),
        presets_(std::move(opened.presets)),
        faces_(std::move(opened.faces)),
        pools_(settings_),
        codec_(vips_),
        editor_(vips_),
        stores_(std::move(opened.stores)),
        store_(&stores_->jobs()),
        records_(&stores_->records()),
        vendor_store_(&stores_->vendors()),
        photos_(std::move(opened.fetch)),
        hub_(io.get_executor()),
        announcer_(hub_, *store_),
        vendors_(io.get_executor(), *vendor_store_, *store_, clock_, settings_.vendors),
        usage_(io.get_executor(), *vendor_store_, vendors_, clock_),
        admission_(vendors_, stores_->limiter(), clock_,
                   {.limits = settings_.rate_limits, .admin_key = settings_.admin_key}),
        status_(*store_),
        webhooks_({.clock = clock_,
                   .endpoint_of =
                       [this](const std::string& vendor) { return engine::webhook_of(vendors_, vendor); },
                   .default_secret = std::move(opened.webhook_secret)}),
        notifier_(webhook_options(settings_), static_cast<std::size_t>(settings_.webhook_slots)),
        control_({.store = *store_,
                  .records = *records_,
                  .announcer = announcer_,
                  .clock = clock_,
                  .follow_ups = follow_ups()}),
        webhook_path_({.webhooks = webhooks_,
                       .notifier = notifier_,
                       .store = *store_,
                       .clock = clock_,
                       .gone = [this](const std::string& vendor) { switch_webhook_off(vendor); }}),
        webhook_setup_({.vendors = vendors_,
                        .webhooks = webhooks_,
                        .notifier = notifier_,
                        .store = *store_,
                        .clock = clock_}),
        recovery_(*store_, *records_, announcer_, clock_, follow_ups()),
        recurring_(io.get_executor(), recurring_tasks()),
        model_loaded_(io.get_executor()) {}

  // Listening, but not answering yet.
  Result<void> open() {
    auto assets = assets_disk::DiskAssetStore::open(
        {.folder = std::filesystem::path(settings_.data_dir) / "assets"}, pools_.compute);
    if (!assets) return assets.error();
    assets_ = std::move(*assets);
    submission_ = std::make_unique<engine::Submission>(
        engine::Submission::Parts{
            .store = *store_,
            .assets = *assets_,
            .photos = photos_,
            .estimator = estimator_,
            .announcer = announcer_,
            .clock = clock_,
            .rules = &rules_,
            .check_webhook = [this](const std::string& url) { return notifier_.check(url); },
            .beyond = [abilities =
                           engine::Abilities{.model = model_.spec.name,
                                             .writes_avif = editor_.can_write(imaging::Format::avif)}](
                          const boost::json::object& work) { return engine::beyond(abilities, work); },
            .after_batch = [this](const std::string& vendor) { return webhooks_.after_batch(vendor); }},
        submission_limits(settings_));
    janitor_ = std::make_unique<engine::Janitor>(
        *store_, *assets_, clock_, retention(settings_),
        std::vector<std::string>{std::string(jobs::kBackgroundRemoval), std::string(jobs::kFaceCrop),
                                 std::string(jobs::kImageProcessing), std::string(engine::kWebhookQueue)});
    assets_->set_public_url(public_url(settings_, settings_.listen_port));
    return role_ == Role::worker ? Result<void>() : open_http();
  }

  Result<void> open_http() {
    auto http = http::make_http_server(io_.get_executor(), http_options(settings_),
                                       {.submission = *submission_,
                                        .status = status_,
                                        .control = control_,
                                        .hub = hub_,
                                        .readiness = readiness_,
                                        .assets = *assets_,
                                        .clock = clock_,
                                        .pool = pools_.compute,
                                        .admission = admission_,
                                        .vendors = vendors_,
                                        .usage = usage_,
                                        .presets = presets_,
                                        .webhooks = webhook_setup_,
                                        .workers = registry()});
    if (!http) return http.error();
    http_ = std::move(*http);
    // Asked for port 0, the server knows its port only now.
    assets_->set_public_url(public_url(settings_, http_->port()));
    return {};
  }

  std::uint16_t port() const override { return http_ ? http_->port() : std::uint16_t{0}; }

  awaitable<Result<void>> start() override {
    if (auto ready = co_await prepare_store(); !ready) co_return ready.error();
    if (does_work()) {
      stores_->show_worker({std::string(jobs::kBackgroundRemoval), std::string(jobs::kFaceCrop),
                            std::string(jobs::kImageProcessing)});
      start_worker(engine::kWebhookQueue, webhook_path_, settings_.webhook_slots);
      start_image_processing();
      start_face_crop();
      readiness_.set("model", "loading");
      boost::asio::co_spawn(io_, load_model(), [this](std::exception_ptr bug) {
        loading_ = false;
        model_loaded_.notify();
        if (bug) std::rethrow_exception(bug);
      });
      loading_ = true;
    }
    recurring_.start();
    if (http_) http_->start();
    co_return Result<void>();
  }

  awaitable<void> stop() override {
    readiness_.set("server", "stopping");
    submission_->stop();
    while (loading_) co_await model_loaded_.wait(model_loaded_.ticket());
    co_await stop_workers();
    co_await recurring_.stop();
    if (http_) co_await http_->stop(kHttpGrace);
    co_await flush_usage();
    if (does_work()) co_await leave();
    co_await stores_->close();
  }

 private:
  awaitable<Result<void>> prepare_store() {
    if (auto loaded = co_await vendors_.load(); !loaded) co_return loaded.error();
    if (auto safe = check_exposure(); !safe) co_return safe.error();
    stores_->share_events(hub_, role_ != Role::worker);
    co_await stores_->wait_for_events();
    // Alone, this process owns the folder: whoever held a lease is dead.
    const TimePoint until = is_shared(settings_) ? clock_.now() : TimePoint::max();
    if (auto recovered = co_await recovery_.run(until); !recovered) co_return recovered.error();
    store_->on_work([this](const std::string& queue) {
      if (const auto worker = workers_.find(queue); worker != workers_.end()) worker->second->wake();
    });
    store_->on_cancel([this](const jobs::JobId& id) {
      for (const auto& [queue, worker] : workers_) worker->cancel(id);
    });
    co_return Result<void>();
  }

  bool does_work() const { return role_ == Role::worker || (role_ == Role::serve && settings_.workers); }

  engine::WorkerRegistry& registry() {
    engine::WorkerRegistry* const shared = stores_->workers();
    return shared != nullptr ? *shared : lone_worker_;
  }
  awaitable<void> leave() {
    std::string id = pulse_.now().id;
    if (const auto left = co_await registry().leave(std::move(id)); !left)
      log::warn("the others will miss this worker for a while: {}", left.error().detail);
  }

  // Takes jobs of the queue from now on; to be called once all that its path needs is there.
  void start_worker(std::string_view queue, engine::JobPath& path, std::int64_t slots) {
    // Telling a vendor of its jobs is no use of its own.
    engine::UsageCounter* usage = queue == engine::kWebhookQueue ? nullptr : &usage_;
    auto worker =
        std::make_unique<engine::Worker>(io_.get_executor(),
                                         engine::Worker::Parts{.store = *store_,
                                                               .path = path,
                                                               .estimator = estimator_,
                                                               .announcer = announcer_,
                                                               .clock = clock_,
                                                               .follow_ups = follow_ups(),
                                                               .usage = usage},
                                         engine::WorkerOptions{.queue = std::string(queue),
                                                               .slots = static_cast<std::size_t>(slots),
                                                               .name = random_token(4),
                                                               .lease = Millis{settings_.lease_ms}});
    worker->start();
    pulse_.add(*worker);
    workers_.emplace(queue, std::move(worker));
  }

  // All of them at the same time, so that the grace time is waited for once.
  awaitable<void> stop_workers() {
    std::size_t running = workers_.size();
    engine::Signal stopped(io_.get_executor());
    for (const auto& [queue, worker] : workers_) {
      // What is told can be told later; photos that are nearly done should get done.
      const Millis grace{queue == engine::kWebhookQueue ? 0 : settings_.stop_grace_ms};
      boost::asio::co_spawn(io_, worker->stop(grace), [&](std::exception_ptr bug) {
        --running;
        stopped.notify();
        if (bug) std::rethrow_exception(bug);
      });
    }
    while (running > 0) co_await stopped.wait(stopped.ticket());
  }

  // Its receiver wants no more.
  void switch_webhook_off(const std::string& vendor) {
    log::warn("the webhook of vendor {} answered 410 and is switched off", vendor);
    boost::asio::co_spawn(
        io_, webhook_setup_.remove(vendor), [vendor](std::exception_ptr, Result<void> removed) {
          if (!removed)
            log::error("vendor {}: its webhook can't be switched off: {}", vendor, removed.error().detail);
        });
  }

  engine::FollowUps follow_ups() {
    return [this](const jobs::Job& job, jobs::JobState state, const std::string& text) {
      return webhooks_.after_job(job, state, text);
    };
  }

  imaging::DecodeLimits decode_limits() const {
    return {.bytes_max = static_cast<std::size_t>(settings_.photo_bytes_max),
            .pixels_max = static_cast<std::size_t>(settings_.photo_pixels_max)};
  }

  void start_face_crop() {
    face_crop_ = std::make_unique<FaceCrop>(engine::FaceCropWork::Parts{.codec = codec_,
                                                                        .detector = *faces_,
                                                                        .presets = presets_,
                                                                        .compute = pools_.compute,
                                                                        .model_turn = pools_.model_turn,
                                                                        .limits = decode_limits()},
                                            photos_, *assets_, *records_, clock_);
    start_worker(jobs::kFaceCrop, face_crop_->path, settings_.face_crop_slots);
  }

  void start_image_processing() {
    image_processing_ = std::make_unique<ImageProcessing>(engine::ImageWork::Parts{.editor = editor_,
                                                                                   .photos = photos_,
                                                                                   .assets = *assets_,
                                                                                   .compute = pools_.compute,
                                                                                   .limits = decode_limits()},
                                                          *records_, clock_);
    start_worker(jobs::kImageProcessing, image_processing_->path, settings_.image_processing_slots);
  }

  awaitable<void> load_model() {
    const auto began = clock_.now();
    auto segmenter = co_await run_on(pools_.compute, [this] {
      return model_onnx::load_onnx_segmenter({.file = model_.file,
                                              .spec = model_.spec,
                                              .intra_threads = static_cast<int>(settings_.model_threads)});
    });
    if (!segmenter) {
      log::error("the model can't be loaded: {} {}", segmenter.error().text(), segmenter.error().detail);
      readiness_.set("model", segmenter.error().text());
      co_return;
    }
    log::info("model {} loaded in {} ms", model_.spec.name, (clock_.now() - began).count());
    background_removal_ = std::make_unique<BackgroundRemoval>(
        std::move(*segmenter), codec_, pools_, decode_limits(), photos_, *assets_, *records_, clock_);
    if (face_crop_) face_crop_->work.use(*background_removal_->segmenter);
    start_worker(jobs::kBackgroundRemoval, background_removal_->path, settings_.background_removal_slots);
    readiness_.set("model", "");
  }

  // Whoever can reach an open server may use it; beyond this machine that has to be meant.
  Result<void> check_exposure() const {
    if (is_loopback(settings_.listen_address) || settings_.open_to_all || admission_.needs_keys()) return {};
    return Error{
        .code = Errc::invalid_input,
        .message = "listening on " + settings_.listen_address +
                   " would be open to everybody who can reach it, since nobody needs a key; set an admin key "
                   "(CUTROOM_ADMIN_KEY or --admin-key-file), listen on 127.0.0.1, or say --open-to-all true "
                   "if that is meant"};
  }

  awaitable<void> flush_usage() {
    if (const auto flushed = co_await usage_.flush(); !flushed)
      log::error("the usage can't be kept: {} {}", flushed.error().text(), flushed.error().detail);
    co_await vendors_.flush_key_use();
  }

  // All that comes round by itself.
  std::vector<engine::RecurringTask> recurring_tasks() {
    return {
        {.name = "recover expired leases",
         .every = Millis{settings_.lease_ms / 2},
         .run = [this]() -> awaitable<void> {
           const auto recovered = co_await recovery_.run(clock_.now());
           if (!recovered) log::error("expired leases can't be recovered: {}", recovered.error().detail);
         }},
        {.name = "forget ended jobs",
         .every = Millis{60'000},
         .run = [this]() -> awaitable<void> { co_await janitor_->tidy_jobs(); }},
        {.name = "forget unused assets",
         .every = Millis{6 * 3'600'000},
         .run = [this]() -> awaitable<void> { co_await janitor_->tidy_assets(); }},
        {.name = "heartbeat",
         .every = engine::WorkerPulse::kEvery,
         .run = [this]() -> awaitable<void> {
           if (!does_work() || stores_->workers() == nullptr) co_return;
           if (const auto said = co_await pulse_.beat(*stores_->workers()); !said)
             log::warn("the heartbeat was not heard: {}", said.error().detail);
         }},
        {.name = "write usage", .every = kUsageEvery, .run = [this] { return flush_usage(); }},
    };
  }

  io_context& io_;
  const Settings settings_;
  const Role role_;
  const FoundModel model_;
  const imaging::FacePresets presets_;
  const std::unique_ptr<imaging::FaceDetector> faces_;
  SystemClock clock_;
  codec_vips::VipsLibrary vips_;
  Pools pools_;
  codec_vips::VipsCodec codec_;
  codec_vips::VipsEditor editor_;
  std::unique_ptr<Stores> stores_;
  jobs::JobStore* const store_;
  delivery::RecordStore* const records_;
  vendors::VendorStore* const vendor_store_;
  fetch_curl::CurlPhotoSource photos_;
  std::unique_ptr<assets_disk::DiskAssetStore> assets_;
  engine::Readiness readiness_;
  engine::Estimator estimator_;
  engine::EventHub hub_;
  engine::Announcer announcer_;
  engine::VendorDirectory vendors_;
  engine::UsageCounter usage_;
  engine::VendorRules rules_{vendors_, usage_};
  engine::Admission admission_;
  engine::Status status_;
  engine::Webhooks webhooks_;
  fetch_curl::CurlNotifier notifier_;
  engine::Control control_;
  engine::WebhookPath webhook_path_;
  engine::WebhookSetup webhook_setup_;
  engine::Recovery recovery_;
  std::unique_ptr<engine::Submission> submission_;
  std::unique_ptr<engine::Janitor> janitor_;
  std::unique_ptr<ImageProcessing> image_processing_;
  std::unique_ptr<BackgroundRemoval> background_removal_;
  std::unique_ptr<FaceCrop> face_crop_;
  std::map<std::string, std::unique_ptr<engine::Worker>, std::less<>> workers_;  // By queue.
  engine::WorkerPulse pulse_{this_process(clock_.now()), clock_};
  engine::LoneWorker lone_worker_{pulse_};
  engine::Recurring recurring_;
  std::unique_ptr<http::HttpServer> http_;
  engine::Signal model_loaded_;
  bool loading_ = false;
};

}  // namespace

Result<std::unique_ptr<Server>> make_server(io_context& io, const Settings& settings, Role role) {
  if (role != Role::serve && !is_shared(settings)) {
    return Error{.code = Errc::invalid_input,
                 .message =
                     "API and workers in processes of their own need a Redis to share: set --redis "
                     "redis://HOST:PORT (or REDIS_HOST); alone there is `cutroom serve`"};
  }
  auto model = find_model(settings.model, model_folders(settings));
  if (!model) return model.error();
  auto presets = read_face_presets(settings.faces_presets_dir);
  if (!presets) return presets.error();
  auto faces = make_face_detector(settings);
  if (!faces) return faces.error();
  auto fetch = fetch_options(settings);
  if (!fetch) return fetch.error();
  auto stores = open_stores(io, settings);
  if (!stores) return stores.error();
  auto webhook_secret = read_or_make_secret(std::filesystem::path(settings.data_dir) / "webhook.secret");
  if (!webhook_secret) return webhook_secret.error();

  auto server =
      std::make_unique<WiredServer>(io, settings, role,
                                    Opened{std::move(*webhook_secret), std::move(*model), std::move(*presets),
                                           std::move(*faces), std::move(*fetch), std::move(*stores)});
  if (auto opened = server->open(); !opened) return opened.error();
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace cutroom::app
