// One function per route; the table in routes.cpp says which is whose.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "adapters/http/request.hpp"
#include "adapters/http/response.hpp"
#include "adapters/http/services.hpp"

namespace cutroom::http {

// routes_queue.cpp: taking jobs in, and how full the queues are.
boost::asio::awaitable<Response> remove_bg_queue(const Api&, Request&);
boost::asio::awaitable<Response> bulk_remove_bg(const Api&, Request&);
boost::asio::awaitable<Response> queue_stats(const Api&, Request&);

// routes_images.cpp: image processing.
boost::asio::awaitable<Response> process_queue(const Api&, Request&);
boost::asio::awaitable<Response> bulk_process(const Api&, Request&);

// routes_faces.cpp: taking face crops in, and what they may be cropped to.
boost::asio::awaitable<Response> crop_face_queue(const Api&, Request&);
boost::asio::awaitable<Response> bulk_crop_face(const Api&, Request&);
boost::asio::awaitable<Response> face_presets(const Api&, Request&);

// routes_jobs.cpp: one job.
boost::asio::awaitable<Response> get_job(const Api&, Request&);
boost::asio::awaitable<Response> remove_job(const Api&, Request&);
boost::asio::awaitable<Response> cancel_job(const Api&, Request&);
boost::asio::awaitable<Response> retry_job(const Api&, Request&);
boost::asio::awaitable<Response> promote_job(const Api&, Request&);
boost::asio::awaitable<Response> job_logs(const Api&, Request&);

// routes_job_list.cpp: many jobs.
boost::asio::awaitable<Response> list_jobs(const Api&, Request&);
boost::asio::awaitable<Response> retry_jobs(const Api&, Request&);

// routes_batches.cpp: what was handed in by one bulk call.
boost::asio::awaitable<Response> get_batch(const Api&, Request&);
boost::asio::awaitable<Response> cancel_batch(const Api&, Request&);

// routes_webhook.cpp: where a vendor wants its events, and what became of them.
boost::asio::awaitable<Response> get_webhook(const Api&, Request&);
boost::asio::awaitable<Response> set_webhook(const Api&, Request&);
boost::asio::awaitable<Response> remove_webhook(const Api&, Request&);
boost::asio::awaitable<Response> test_webhook(const Api&, Request&);
boost::asio::awaitable<Response> webhook_deliveries(const Api&, Request&);

// routes_events.cpp: what happens, as it happens.
boost::asio::awaitable<Response> job_events(const Api&, Request&);
boost::asio::awaitable<Response> batch_events(const Api&, Request&);
boost::asio::awaitable<Response> vendor_events(const Api&, Request&);

// routes_queue_control.cpp: whole queues.
boost::asio::awaitable<Response> pause_queue(const Api&, Request&);
boost::asio::awaitable<Response> resume_queue(const Api&, Request&);
boost::asio::awaitable<Response> drain_queue(const Api&, Request&);

// routes_limits.cpp: how often one may call.
boost::asio::awaitable<Response> rate_limits(const Api&, Request&);

// routes_admin.cpp: vendors, their keys and their usage.
boost::asio::awaitable<Response> list_vendors(const Api&, Request&);
boost::asio::awaitable<Response> create_vendor(const Api&, Request&);
boost::asio::awaitable<Response> get_vendor(const Api&, Request&);
boost::asio::awaitable<Response> change_vendor(const Api&, Request&);
boost::asio::awaitable<Response> remove_vendor(const Api&, Request&);
boost::asio::awaitable<Response> list_keys(const Api&, Request&);
boost::asio::awaitable<Response> create_key(const Api&, Request&);
boost::asio::awaitable<Response> revoke_key(const Api&, Request&);
boost::asio::awaitable<Response> vendor_usage(const Api&, Request&);

// routes_vendor_presets.cpp: a vendor's own presets of face crops.
boost::asio::awaitable<Response> list_vendor_presets(const Api&, Request&);
boost::asio::awaitable<Response> put_vendor_preset(const Api&, Request&);
boost::asio::awaitable<Response> remove_vendor_preset(const Api&, Request&);

// routes_assets.cpp: files.
boost::asio::awaitable<Response> get_asset(const Api&, Request&);

// routes_health.cpp: for load balancers, orchestrators and the dashboard.
boost::asio::awaitable<Response> worker_health(const Api&, Request&);
boost::asio::awaitable<Response> healthz(const Api&, Request&);
boost::asio::awaitable<Response> readyz(const Api&, Request&);

// routes_docs.cpp: the API's contract, for programs and for people.
boost::asio::awaitable<Response> openapi_document(const Api&, Request&);
boost::asio::awaitable<Response> docs_page(const Api&, Request&);
boost::asio::awaitable<Response> docs_file(const Api&, Request&);

// routes_about.cpp: the page at "/".
boost::asio::awaitable<Response> about(const Api&, Request&);

}  // namespace cutroom::http
