// What a server does beside answering: jobs, and what comes round.
#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>

#include "adapters/model_onnx/onnx_segmenter.hpp"
#include "app/wire/options.hpp"
#include "app/wire/wired_server.hpp"
#include "base/log.hpp"
#include "base/run_on.hpp"

namespace cutroom::app {
namespace {

using boost::asio::awaitable;

// As much as a crash loses of the usage figures.
constexpr Millis kUsageEvery{5'000};

}  // namespace

void WiredServer::start_work() {
  stores_->show_worker({std::string(jobs::kBackgroundRemoval), std::string(jobs::kFaceCrop),
                        std::string(jobs::kImageProcessing)});
  workers_.start(engine::kWebhookQueue, webhook_path_, settings_.webhook_slots);
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

void WiredServer::start_face_crop() {
  face_crop_ = std::make_unique<FaceCrop>(engine::FaceCropWork::Parts{.codec = codec_,
                                                                      .detector = *faces_,
                                                                      .presets = presets_,
                                                                      .compute = pools_.compute,
                                                                      .model_turn = pools_.model_turn,
                                                                      .limits = decode_limits(settings_)},
                                          photos_, *assets_, *records_, clock_);
  workers_.start(jobs::kFaceCrop, face_crop_->path, settings_.face_crop_slots);
}

void WiredServer::start_image_processing() {
  image_processing_ =
      std::make_unique<ImageProcessing>(engine::ImageWork::Parts{.editor = editor_,
                                                                 .photos = photos_,
                                                                 .assets = *assets_,
                                                                 .compute = pools_.compute,
                                                                 .limits = decode_limits(settings_)},
                                        *records_, clock_);
  workers_.start(jobs::kImageProcessing, image_processing_->path, settings_.image_processing_slots);
}

awaitable<void> WiredServer::load_model() {
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
      std::move(*segmenter), codec_, pools_, decode_limits(settings_), photos_, *assets_, *records_, clock_);
  if (face_crop_) face_crop_->work.use(*background_removal_->segmenter);
  workers_.start(jobs::kBackgroundRemoval, background_removal_->path, settings_.background_removal_slots);
  readiness_.set("model", "");
}

engine::WorkerRegistry& WiredServer::registry() {
  engine::WorkerRegistry* const shared = stores_->workers();
  return shared != nullptr ? *shared : lone_worker_;
}

awaitable<void> WiredServer::leave() {
  std::string id = workers_.pulse().now().id;
  if (const auto left = co_await registry().leave(std::move(id)); !left)
    log::warn("the others will miss this worker for a while: {}", left.error().detail);
}

engine::FollowUps WiredServer::follow_ups() {
  return [this](const jobs::Job& job, jobs::JobState state, const std::string& text) {
    return webhooks_.after_job(job, state, text);
  };
}

void WiredServer::switch_webhook_off(const std::string& vendor) {
  log::warn("the webhook of vendor {} answered 410 and is switched off", vendor);
  boost::asio::co_spawn(
      io_, webhook_setup_.remove(vendor), [vendor](std::exception_ptr, Result<void> removed) {
        if (!removed)
          log::error("vendor {}: its webhook can't be switched off: {}", vendor, removed.error().detail);
      });
}

awaitable<void> WiredServer::flush_usage() {
  if (const auto flushed = co_await usage_.flush(); !flushed)
    log::error("the usage can't be kept: {} {}", flushed.error().text(), flushed.error().detail);
  co_await vendors_.flush_key_use();
}

std::vector<engine::RecurringTask> WiredServer::recurring_tasks() {
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
         if (const auto said = co_await workers_.pulse().beat(*stores_->workers()); !said)
           log::warn("the heartbeat was not heard: {}", said.error().detail);
       }},
      {.name = "write usage", .every = kUsageEvery, .run = [this] { return flush_usage(); }},
  };
}

}  // namespace cutroom::app
