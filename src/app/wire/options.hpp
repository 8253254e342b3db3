// What the parts are told of the settings.
#pragma once

#include <cstdint>
#include <string>

#include "adapters/fetch_curl/curl_photo_source.hpp"
#include "adapters/http/server.hpp"
#include "app/settings.hpp"
#include "engine/janitor.hpp"
#include "engine/submission.hpp"
#include "imaging/image_codec.hpp"

namespace cutroom::app {

// How clients reach the server that listens on this port.
std::string public_url(const Settings&, std::uint16_t port);
// invalid_input: fetch.allow.
Result<fetch_curl::Options> fetch_options(const Settings&);
// The same rules as for photos, which must have been fine; a receiver that takes its time gets it.
fetch_curl::Options webhook_options(const Settings&);
http::ServerOptions http_options(const Settings&);
engine::SubmissionLimits submission_limits(const Settings&);
engine::Retention retention(const Settings&);
imaging::DecodeLimits decode_limits(const Settings&);

}  // namespace cutroom::app
