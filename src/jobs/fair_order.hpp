// Which vendor's job is next: start-time fair queueing over vendors (Goyal, Vin, Cheng 1996), with weights,
// costs, pauses and caps. Pure rules, no I/O, no clock; both embedded stores keep their order in one of these
// per queue, so they agree to the job.
//
// Each vendor with waiting jobs has a start tag. claim() takes the vendor with the smallest one among those
// that are neither paused nor at their cap; equal tags go in the order in which the vendors became backlogged.
// Taking a job of cost c moves the tag to start + c / weight. Virtual time is the start tag of the last job
// taken; a vendor that comes back after a pause of its own (nothing waiting, paused, at its cap) starts no
// earlier than that, so it can't save up claims.
//
// Inside a vendor: higher priority first, then first in, first out.
//
// Cost: add, take and put_back are O(log vendors + log that vendor's backlog), whatever the backlog elsewhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

namespace cutroom::jobs {

// What a vendor may take of a queue.
struct VendorShare {
  double weight = 1.0;          // > 0; twice the weight, twice the share.
  std::size_t cap = 0;          // Jobs running at the same time; 0: no cap.
  bool cap_is_hard = false;     // An elastic cap binds only while another vendor could use the slot.
  bool paused = false;          // Nothing new is claimed for it.
  bool operator==(const VendorShare&) const = default;
};

// A job as the order sees it. `seq` grows with every job added to the store, and is its FIFO place.
struct OrderedJob {
  std::uint64_t seq = 0;
  int priority = 0;
  double cost = 1.0;
};

// The part of a vendor's position that must outlive a restart for fairness to go on where it was.
struct FairPosition {
  double virtual_time = 0.0;
  double finish = 0.0;  // Of that vendor.
};

class FairOrder {
 public:
  void set_share(std::string_view vendor, VendorShare);
  VendorShare share(std::string_view vendor) const;

  void add(std::string_view vendor, OrderedJob);
  // Takes the next job in fair order, nullopt where none may run now. The vendor counts one more running job.
  struct Taken {
    std::string vendor;
    OrderedJob job;
  };
  std::optional<Taken> take();
  // A running job of the vendor has ended (in whatever way): its place under the cap is free.
  void ended(std::string_view vendor);
  // A job that was taken goes back to its old place (lease expired, given back, retried): it has been paid for
  // already, so the vendor is charged nothing again. Call ended() too where it counted as running.
  void put_back(std::string_view vendor, OrderedJob);
  // A waiting job goes away unclaimed; false where it isn't waiting here.
  bool remove(std::string_view vendor, OrderedJob);

  std::size_t waiting() const;
  std::size_t waiting_of(std::string_view vendor) const;
  std::size_t running_of(std::string_view vendor) const;
  double virtual_time() const;

  // For a store that starts again: positions as they were, and jobs that were running at the time.
  void restore_virtual_time(double);
  void restore_finish(std::string_view vendor, double finish);
  void restore_running(std::string_view vendor, std::size_t running);
  double finish_of(std::string_view vendor) const;
};

}  // namespace cutroom::jobs
