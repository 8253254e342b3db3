#include "app/wire/wired_server.hpp"

#include <filesystem>
#include <utility>

#include <boost/asio/co_spawn.hpp>

#include "app/wire/options.hpp"
#include "base/log.hpp"
#include "engine/abilities.hpp"

namespace cutroom::app {
namespace {

using boost::asio::awaitable;
using boost::asio::io_context;

// Answers that are under way when everything else has stopped; they only have to be sent.
constexpr Millis kHttpGrace{5'000};

bool is_loopback(const std::string& address) { return address.starts_with("127.") || address == "::1"; }

}  // namespace

WiredServer::WiredServer(io_context& io, Settings settings, Role role, Opened opened)
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
      webhooks_(
          {.clock = clock_,
           .endpoint_of = [this](const std::string& vendor) { return engine::webhook_of(vendors_, vendor); },
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
      workers_({.io = io,
                .store = *store_,
                .estimator = estimator_,
                .announcer = announcer_,
                .clock = clock_,
                .follow_ups = follow_ups(),
                .usage = usage_,
                .lease = Millis{settings_.lease_ms},
                .stop_grace = Millis{settings_.stop_grace_ms},
                .others_add = is_shared(settings_)}),
      recurring_(io.get_executor(), recurring_tasks()),
      model_loaded_(io.get_executor()) {}

Result<void> WiredServer::open() {
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
          .beyond = [abilities = engine::Abilities{.model = model_.spec.name,
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

Result<void> WiredServer::open_http() {
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

awaitable<Result<void>> WiredServer::start() {
  if (auto ready = co_await prepare_store(); !ready) co_return ready.error();
  if (does_work()) start_work();
  recurring_.start();
  if (http_) http_->start();
  co_return Result<void>();
}

awaitable<void> WiredServer::stop() {
  readiness_.set("server", "stopping");
  submission_->stop();
  while (loading_) co_await model_loaded_.wait(model_loaded_.ticket());
  co_await workers_.stop();
  co_await recurring_.stop();
  if (http_) co_await http_->stop(kHttpGrace);
  co_await flush_usage();
  if (does_work()) co_await leave();
  co_await stores_->close();
}

awaitable<Result<void>> WiredServer::prepare_store() {
  if (auto loaded = co_await vendors_.load(); !loaded) co_return loaded.error();
  if (auto safe = check_exposure(); !safe) co_return safe.error();
  stores_->share_events(hub_, role_ != Role::worker);
  co_await stores_->wait_for_events();
  // Alone, this process owns the folder: whoever held a lease is dead.
  const TimePoint until = is_shared(settings_) ? clock_.now() : TimePoint::max();
  if (auto recovered = co_await recovery_.run(until); !recovered) co_return recovered.error();
  store_->on_work([this](const std::string& queue) { workers_.wake(queue); });
  store_->on_cancel([this](const jobs::JobId& id) { workers_.cancel(id); });
  co_return Result<void>();
}

Result<void> WiredServer::check_exposure() const {
  if (is_loopback(settings_.listen_address) || settings_.open_to_all || admission_.needs_keys()) return {};
  return Error{
      .code = Errc::invalid_input,
      .message = "listening on " + settings_.listen_address +
                 " would be open to everybody who can reach it, since nobody needs a key; set an admin key "
                 "(CUTROOM_ADMIN_KEY or --admin-key-file), listen on 127.0.0.1, or say --open-to-all true "
                 "if that is meant"};
}

}  // namespace cutroom::app
