#include "jobs/fair_order.hpp"

#include <algorithm>

namespace cutroom::jobs {

FairOrder::Vendor& FairOrder::vendor_of(std::string_view name) {
  if (const auto at = vendors_.find(name); at != vendors_.end()) return at->second;
  const auto at = vendors_.emplace(std::string(name), Vendor{}).first;
  at->second.name = &at->first;
  return at->second;
}

const FairOrder::Vendor* FairOrder::find(std::string_view name) const {
  const auto at = vendors_.find(name);
  return at == vendors_.end() ? nullptr : &at->second;
}

FairOrder::Standing FairOrder::standing_of(const Vendor& vendor) const {
  if (vendor.line.empty()) {
    return vendor.running == 0 && vendor.share == VendorShare{} ? Standing::idle : Standing::off;
  }
  if (vendor.share.paused) return Standing::off;
  if (vendor.share.cap == 0 || vendor.running < vendor.share.cap) return Standing::ready;
  return vendor.share.cap_is_hard ? Standing::off : Standing::capped;
}

std::set<FairOrder::Turn>* FairOrder::turns_of(Standing standing) {
  switch (standing) {
    case Standing::ready:
      return &ready_;
    case Standing::capped:
      return &capped_;
    case Standing::idle:
      return &idle_;
    case Standing::off:
      break;
  }
  return nullptr;
}

void FairOrder::settle(Vendor& vendor) {
  const Standing standing = standing_of(vendor);
  Turn turn{.tag = vendor.finish, .seq = 0, .vendor = &vendor};
  if (!vendor.line.empty()) turn.seq = vendor.line.front().job.seq;
  // A ready vendor's tag can't fall behind virtual time: the smallest one is always taken.
  if (standing == Standing::ready) turn.tag = std::max(vendor.finish, virtual_time_);
  if (standing == vendor.standing && turn.tag == vendor.turn.tag && turn.seq == vendor.turn.seq &&
      standing != Standing::idle) {
    return;
  }
  if (auto* turns = turns_of(vendor.standing)) turns->erase(vendor.turn);
  if (standing == Standing::idle && vendor.finish <= virtual_time_) {
    vendors_.erase(vendors_.find(std::string_view(*vendor.name)));
    return;
  }
  vendor.standing = standing;
  vendor.turn = turn;
  if (auto* turns = turns_of(standing)) turns->insert(turn);
}

void FairOrder::set_share(std::string_view name, VendorShare share) {
  Vendor& vendor = vendor_of(name);
  vendor.share = share;
  settle(vendor);
  end_busy_period();
}

VendorShare FairOrder::share(std::string_view name) const {
  const Vendor* vendor = find(name);
  return vendor != nullptr ? vendor->share : VendorShare{};
}

void FairOrder::add(std::string_view name, OrderedJob job) {
  Vendor& vendor = vendor_of(name);
  ++waiting_;
  if (vendor.line.push(job)) settle(vendor);
}

void FairOrder::put_back(std::string_view name, OrderedJob job) {
  Vendor& vendor = vendor_of(name);
  ++waiting_;
  if (vendor.line.push_paid(job)) settle(vendor);
}

std::optional<FairOrder::Taken> FairOrder::take() {
  if (!claimable()) return std::nullopt;
  Vendor& vendor = *(ready_.empty() ? capped_ : ready_).begin()->vendor;
  const double start = std::max(vendor.finish, virtual_time_);
  const VendorLine::Next next = vendor.line.pop();
  if (!next.paid) {
    vendor.finish = start + std::clamp(next.job.cost / vendor.share.weight, kChargeMin, kChargeMax);
    finish_max_ = std::max(finish_max_, vendor.finish);
  }
  ++vendor.running;
  ++running_;
  --waiting_;
  Taken taken{.vendor = *vendor.name, .job = next.job};
  settle(vendor);
  advance(start);
  return taken;
}

void FairOrder::advance(double virtual_time) {
  virtual_time_ = std::max(virtual_time_, virtual_time);
  while (!idle_.empty() && idle_.begin()->tag <= virtual_time_) {
    const Vendor* vendor = idle_.begin()->vendor;
    idle_.erase(idle_.begin());
    vendors_.erase(vendors_.find(std::string_view(*vendor->name)));
  }
}

void FairOrder::end_busy_period() {
  if (running_ == 0 && !claimable()) advance(finish_max_);
}

void FairOrder::ended(std::string_view name) {
  const auto at = vendors_.find(name);
  if (at == vendors_.end() || at->second.running == 0) return;
  --at->second.running;
  --running_;
  settle(at->second);
  end_busy_period();
}

bool FairOrder::remove(std::string_view name, OrderedJob job) {
  const auto at = vendors_.find(name);
  if (at == vendors_.end() || !at->second.line.remove(job)) return false;
  --waiting_;
  settle(at->second);
  end_busy_period();
  return true;
}

std::size_t FairOrder::waiting_of(std::string_view name) const {
  const Vendor* vendor = find(name);
  return vendor != nullptr ? vendor->line.size() : 0;
}

std::size_t FairOrder::running_of(std::string_view name) const {
  const Vendor* vendor = find(name);
  return vendor != nullptr ? vendor->running : 0;
}

double FairOrder::finish_of(std::string_view name) const {
  const Vendor* vendor = find(name);
  return vendor != nullptr ? vendor->finish : 0.0;
}

void FairOrder::restore_virtual_time(double virtual_time) {
  virtual_time_ = virtual_time;
  finish_max_ = std::max(finish_max_, virtual_time);
}

void FairOrder::restore_finish(std::string_view name, double finish) {
  Vendor& vendor = vendor_of(name);
  vendor.finish = finish;
  finish_max_ = std::max(finish_max_, finish);
  settle(vendor);
}

void FairOrder::restore_running(std::string_view name, std::size_t running) {
  Vendor& vendor = vendor_of(name);
  running_ += running - vendor.running;
  vendor.running = running;
  settle(vendor);
}

}  // namespace cutroom::jobs
