// Which vendor's job is next: start-time fair queueing over vendors (Goyal, Vin, Cheng 1996), with weights,
// costs, pauses and caps. Pure rules, no I/O, no clock; both embedded stores keep their order in one of these
// per queue, so they agree to the job.
//
// Each vendor has a finish tag, 0 at first. While it has waiting jobs its start tag is max(virtual time,
// finish). take() serves the vendor with the smallest start tag among those that are neither paused nor at
// their cap; between equal tags the job that was added first decides. Taking a job of cost c makes the
// vendor's finish tag start + c / weight. Virtual time is the start tag of the last job taken, so it never
// goes back, and a vendor that returns from a pause of its own (nothing waiting, paused, at its cap) starts
// no earlier than that: it can't save up claims. When nothing runs and nothing could run, virtual time moves
// up to the largest finish tag: what was taken in one busy period is not held against anybody in the next.
//
// So the order follows from virtual time, the finish tags above it, what waits and what runs, and from
// nothing else. A store that keeps those has the same order after a restart.
//
// Inside a vendor: higher priority first, then first in, first out.
//
// Cost: add, take and put_back are O(log vendors + log that vendor's backlog), whatever the backlog
// elsewhere. Memory: 16 bytes per waiting job; of a vendor that has nothing here nothing is kept once virtual
// time has reached its finish tag, so vendors that once came by cost nothing.
//
// Doubles suffice for tags, though they only grow: one job moves virtual time by about 1 at most, so after
// ten years of 1000 jobs a second it is 3e11, where a double still resolves 1e-4 of an average job.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "jobs/vendor_line.hpp"

namespace cutroom::jobs {

// What a vendor may take of a queue.
struct VendorShare {
  double weight = 1.0;       // > 0; twice the weight, twice the share.
  std::size_t cap = 0;       // Jobs running at the same time; 0: no cap.
  bool cap_is_hard = false;  // An elastic cap binds only while another vendor could use the slot.
  bool paused = false;       // Nothing new is claimed for it.
  bool operator==(const VendorShare&) const = default;
};

// Bounds of cost / weight, so that no single job can move the tags to where doubles get coarse.
inline constexpr double kChargeMin = 1e-6;
inline constexpr double kChargeMax = 1e6;

class FairOrder {
 public:
  FairOrder() = default;
  FairOrder(const FairOrder&) = delete;  // Entries point at one another.
  FairOrder& operator=(const FairOrder&) = delete;

  // Of every vendor that has no share of its own: VendorShare{}.
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
  // A job that was taken goes back to its old place (lease expired, given back, retried): it has been paid
  // for already, so the vendor is charged nothing again. Call ended() too where it counted as running.
  void put_back(std::string_view vendor, OrderedJob);
  // A waiting job goes away unclaimed; false where it isn't waiting here.
  bool remove(std::string_view vendor, OrderedJob);

  std::size_t waiting() const { return waiting_; }
  std::size_t waiting_of(std::string_view vendor) const;
  std::size_t running_of(std::string_view vendor) const;
  // Whether take() would give one.
  bool claimable() const { return !ready_.empty() || !capped_.empty(); }
  double virtual_time() const { return virtual_time_; }
  // 0 for a vendor of which nothing is kept: its finish tag is below virtual time.
  double finish_of(std::string_view vendor) const;
  std::size_t vendors_kept() const { return vendors_.size(); }

  // For a store that starts again: shares first, then these, then the waiting jobs in the order of their
  // `seq`.
  void restore_virtual_time(double);
  void restore_finish(std::string_view vendor, double finish);
  void restore_running(std::string_view vendor, std::size_t running);

 private:
  // Where a vendor stands. `ready` and `capped` (at its elastic cap) have waiting jobs; `idle` has nothing
  // here and is kept for its finish tag alone; `off` is all else: paused, at a hard cap, or running without
  // waiting.
  enum class Standing : std::uint8_t { off, ready, capped, idle };
  struct Vendor;
  // Of the head of a vendor's line.
  struct Turn {
    double tag = 0.0;
    std::uint64_t seq = 0;
    Vendor* vendor = nullptr;
    bool operator<(const Turn& other) const {
      if (tag != other.tag) return tag < other.tag;
      if (seq != other.seq) return seq < other.seq;
      return std::less<>()(vendor, other.vendor);
    }
  };
  struct Vendor {
    const std::string* name = nullptr;  // The key in vendors_.
    VendorShare share{};
    double finish = 0.0;
    std::size_t running = 0;
    VendorLine line{};
    Standing standing = Standing::off;
    Turn turn{};  // As in the set of its standing.
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  Vendor& vendor_of(std::string_view name);
  const Vendor* find(std::string_view name) const;
  Standing standing_of(const Vendor&) const;
  std::set<Turn>* turns_of(Standing);
  // Puts the vendor where it belongs after a change; forgets it where nothing needs keeping (then it is
  // gone).
  void settle(Vendor&);
  void advance(double virtual_time);
  void end_busy_period();

  std::unordered_map<std::string, Vendor, Hash, std::equal_to<>> vendors_;
  std::set<Turn> ready_;
  std::set<Turn> capped_;
  std::set<Turn> idle_;  // By finish tag.
  double virtual_time_ = 0.0;
  double finish_max_ = 0.0;  // The largest finish tag of all.
  std::size_t waiting_ = 0;
  std::size_t running_ = 0;
};

}  // namespace cutroom::jobs
