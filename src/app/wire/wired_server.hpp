// The parts of a server and how they hold each other: built in the order of the members, destroyed in
// reverse.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "adapters/assets_disk/disk_asset_store.hpp"
#include "adapters/codec_vips/vips_codec.hpp"
#include "adapters/codec_vips/vips_editor.hpp"
#include "adapters/fetch_curl/curl_notifier.hpp"
#include "adapters/fetch_curl/curl_photo_source.hpp"
#include "adapters/http/server.hpp"
#include "app/model_folder.hpp"
#include "app/pools.hpp"
#include "app/settings.hpp"
#include "app/stores.hpp"
#include "app/wire.hpp"
#include "app/wire/photo_lines.hpp"
#include "app/wire/workers.hpp"
#include "engine/admission.hpp"
#include "engine/announcer.hpp"
#include "engine/control.hpp"
#include "engine/estimator.hpp"
#include "engine/event_hub.hpp"
#include "engine/janitor.hpp"
#include "engine/readiness.hpp"
#include "engine/recovery.hpp"
#include "engine/recurring.hpp"
#include "engine/status.hpp"
#include "engine/submission.hpp"
#include "engine/usage_counter.hpp"
#include "engine/vendor_directory.hpp"
#include "engine/vendor_rules.hpp"
#include "engine/webhook_path.hpp"
#include "engine/webhook_setup.hpp"
#include "engine/webhooks.hpp"
#include "engine/worker_pulse.hpp"
#include "imaging/face_detector.hpp"
#include "imaging/face_preset.hpp"

namespace cutroom::app {

// What can fail before there is a server.
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
  WiredServer(boost::asio::io_context& io, Settings settings, Role role, Opened opened);

  // Listening, but not answering yet.
  Result<void> open();

  std::uint16_t port() const override { return http_ ? http_->port() : std::uint16_t{0}; }
  boost::asio::awaitable<Result<void>> start() override;
  boost::asio::awaitable<void> stop() override;

 private:
  Result<void> open_http();
  boost::asio::awaitable<Result<void>> prepare_store();
  // Whoever can reach an open server may use it; beyond this machine that has to be meant.
  Result<void> check_exposure() const;

  bool does_work() const { return role_ == Role::worker || (role_ == Role::serve && settings_.workers); }
  engine::WorkerRegistry& registry();
  boost::asio::awaitable<void> leave();
  void start_work();
  void start_face_crop();
  void start_image_processing();
  boost::asio::awaitable<void> load_model();

  engine::FollowUps follow_ups();
  // Its receiver wants no more.
  void switch_webhook_off(const std::string& vendor);
  boost::asio::awaitable<void> flush_usage();
  // All that comes round by itself.
  std::vector<engine::RecurringTask> recurring_tasks();

  boost::asio::io_context& io_;
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
  Workers workers_;
  engine::LoneWorker lone_worker_{workers_.pulse()};
  engine::Recurring recurring_;
  std::unique_ptr<http::HttpServer> http_;
  engine::Signal model_loaded_;
  bool loading_ = false;
};

}  // namespace cutroom::app
