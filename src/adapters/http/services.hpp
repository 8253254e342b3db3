// What handlers see of the rest: exactly the use cases the routes need, the server's own limits,
// and the routes themselves.
#pragma once

#include <span>

#include <boost/asio/thread_pool.hpp>

#include "adapters/http/client_address.hpp"
#include "adapters/http/server_options.hpp"
#include "base/clock.hpp"
#include "delivery/asset_store.hpp"
#include "engine/admission.hpp"
#include "engine/control.hpp"
#include "engine/event_hub.hpp"
#include "engine/readiness.hpp"
#include "engine/status.hpp"
#include "engine/submission.hpp"
#include "engine/usage_counter.hpp"
#include "engine/vendor_directory.hpp"
#include "engine/webhook_setup.hpp"
#include "engine/worker_registry.hpp"
#include "imaging/face_preset.hpp"

namespace cutroom::http {

// All outlive the server. Used on the server's executor only, but for `pool`, which is for what would hold
// that up: reading files, parsing big bodies.
struct Services {
  engine::Submission& submission;
  engine::Status& status;
  engine::Control& control;
  engine::EventHub& hub;
  const engine::Readiness& readiness;
  delivery::AssetStore& assets;
  const Clock& clock;
  boost::asio::thread_pool& pool;
  engine::Admission& admission;
  engine::VendorDirectory& vendors;
  engine::UsageCounter& usage;
  const imaging::FacePresets& presets;
  engine::WebhookSetup& webhooks;
  engine::WorkerRegistry& workers;
};

struct Route;

struct Api {
  Services use;
  ServerOptions options;
  std::span<const Route> routes;
  TrustedProxies proxies{};
};

}  // namespace cutroom::http
