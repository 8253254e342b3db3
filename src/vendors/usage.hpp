// What a vendor has used, by day (UTC).
#pragma once

#include <cstdint>

#include "base/clock.hpp"
#include "vendors/day.hpp"
#include "vendors/vendor.hpp"

namespace cutroom::vendors {

// What is known of a job that has ended for good.
struct JobFacts {
  bool failed = false;
  std::uint32_t images = 0;  // Files made.
  double megapixels = 0.0;   // Of the photo.
  Millis computed{0};        // From being claimed to being settled, its last attempt.
};

struct Usage {
  std::int64_t queued = 0;  // Photos taken in: what the monthly quota counts. Negative in a gain: given back.
  std::uint64_t jobs = 0;   // Ended, in whatever way.
  std::uint64_t failed = 0;  // Of those.
  std::uint64_t images = 0;
  double megapixels = 0.0;
  std::uint64_t compute_ms = 0;

  Usage& operator+=(const Usage& other) {
    queued += other.queued;
    jobs += other.jobs;
    failed += other.failed;
    images += other.images;
    megapixels += other.megapixels;
    compute_ms += other.compute_ms;
    return *this;
  }
  bool operator==(const Usage&) const = default;
};

struct DayUsage {
  Day day;
  Usage usage;
  bool operator==(const DayUsage&) const = default;
};

// More of one vendor on one day.
struct UsageGain {
  VendorId vendor;
  Day day;
  Usage usage;
};

// Ones, up to and without the other: [from, to).
struct Days {
  Day from;
  Day to;
};

}  // namespace cutroom::vendors
