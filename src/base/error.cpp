#include "base/error.hpp"

#include <array>
#include <stdexcept>

namespace cutroom {
namespace {

constexpr std::array kTable{
    ErrorRow{Errc::invalid_input, 400, "invalid_input", "The request is not valid", false},
    ErrorRow{Errc::unauthorized, 401, "unauthorized", "A valid API key is needed", false},
    ErrorRow{Errc::forbidden, 403, "forbidden", "Not allowed with this key", false},
    ErrorRow{Errc::not_found, 404, "not_found", "Not found", false},
    ErrorRow{Errc::method_not_allowed, 405, "method_not_allowed", "Method not allowed", false},
    ErrorRow{Errc::conflict, 409, "conflict", "Not possible in the present state", false},
    ErrorRow{Errc::idempotency_conflict, 409, "idempotency_conflict", "The key was used for another request",
             false},
    ErrorRow{Errc::too_large, 413, "too_large", "Too large", false},
    ErrorRow{Errc::unsupported_media, 415, "unsupported_media", "Not a supported image format", false},
    ErrorRow{Errc::corrupt_media, 422, "corrupt_media", "The image can't be read", false},
    ErrorRow{Errc::face_unusable, 422, "face_unusable", "The photo's face can't be used", false},
    ErrorRow{Errc::address_refused, 403, "address_refused", "The photo's address is not allowed", false},
    ErrorRow{Errc::upstream_missing, 422, "photo_missing", "The photo's server does not have it", false},
    ErrorRow{Errc::upstream_failed, 502, "photo_unreachable", "The photo's server could not be reached",
             true},
    ErrorRow{Errc::timed_out, 504, "timed_out", "Took too long", true},
    ErrorRow{Errc::queue_full, 429, "queue_full", "Too many jobs are waiting; try again later", true},
    ErrorRow{Errc::rate_limited, 429, "rate_limited", "Too many requests; try again later", true},
    ErrorRow{Errc::quota_exceeded, 429, "quota_exceeded", "This month's photos are used up", true},
    ErrorRow{Errc::lease_lost, 409, "lease_lost", "Another worker has this job", false},
    ErrorRow{Errc::cancelled, 409, "cancelled", "Cancelled", false},
    ErrorRow{Errc::unavailable, 503, "unavailable", "Not ready; try again later", true},
    ErrorRow{Errc::storage_failed, 503, "storage_failed", "Storage failed; try again later", true},
    ErrorRow{Errc::model_failed, 500, "model_failed", "The model failed on this photo", true},
    ErrorRow{Errc::internal, 500, "internal", "Internal error", true},
};

}  // namespace

const ErrorRow& error_row(Errc errc) {
  // error_test.cpp holds the table to the enum's order.
  return kTable.at(static_cast<std::size_t>(errc));
}

std::string Error::text() const {
  return message.empty() ? std::string(error_row(code).public_text) : message;
}

void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw std::logic_error("unchecked error: " + error.text() + " " + error.detail);
}

}  // namespace cutroom
