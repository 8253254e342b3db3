#include "adapters/store_sqlite/live_jobs.hpp"

#include <algorithm>

namespace cutroom::store_sqlite {
namespace {

// Lanes kept per queue; more vendors than this at a time cost a look-up each in the table.
constexpr std::size_t kLanesCached = 65'536;

}  // namespace

Queue& LiveJobs::adopt(QueueRow row) {
  Queue& queue = queues[row.name];
  queue.row = std::move(row);
  by_id_[queue.row.id] = &queue;
  for (const auto& [vendor, share] : shares) queue.order.set_share(vendor, share);
  queue.order.restore_virtual_time(queue.row.virtual_time);
  return queue;
}

Queue* LiveJobs::find_queue(const std::string& name) {
  const auto at = queues.find(name);
  return at == queues.end() ? nullptr : &at->second;
}

Queue* LiveJobs::find_queue(QueueId id) const {
  const auto at = by_id_.find(id);
  return at == by_id_.end() ? nullptr : at->second;
}

Result<Queue*> LiveJobs::queue(const std::string& name, Tables& tables) {
  if (Queue* known = find_queue(name)) return known;
  const auto id = tables.add_queue(name);
  if (!id) return id.error();
  return &adopt({.id = *id, .name = name});
}

Result<LaneId> LiveJobs::lane(Queue& queue, const std::string& vendor, Tables& tables) {
  if (const auto at = queue.lanes.find(vendor); at != queue.lanes.end()) return at->second;
  const auto id = tables.lane(queue.row.id, vendor);
  if (!id) return id.error();
  if (queue.lanes.size() >= kLanesCached) queue.lanes.clear();
  queue.lanes.emplace(vendor, *id);
  return id;
}

JobNumber LiveJobs::job_at(std::uint64_t seq) const {
  const auto at = moved.find(seq);
  return at == moved.end() ? seq : at->second;
}

Result<LiveJobs> LiveJobs::load(Tables& tables) {
  LiveJobs live;
  const auto next = tables.next_number();
  if (!next) return next.error();
  live.next_number = *next;
  auto read = tables.each_share(
      [&](std::string vendor, jobs::VendorShare share) { live.shares.emplace(std::move(vendor), share); });
  if (!read) return read.error();
  read = tables.each_queue([&](QueueRow row) { live.adopt(std::move(row)); });
  if (!read) return read.error();

  struct Lane {
    Queue* queue;
    std::string vendor;
    std::size_t running = 0;
  };
  std::unordered_map<LaneId, Lane> lanes;
  read = tables.each_lane([&](LaneRow row) {
    const auto queue = live.by_id_.find(row.queue);
    if (queue == live.by_id_.end()) return;
    queue->second->order.restore_finish(row.vendor, row.finish);
    lanes.emplace(row.id, Lane{.queue = queue->second, .vendor = std::move(row.vendor)});
  });
  if (!read) return read.error();
  std::unordered_map<JobNumber, LeaseRow> leases;
  read = tables.each_lease([&](LeaseRow row) { leases.emplace(row.job, std::move(row)); });
  if (!read) return read.error();
  std::unordered_map<JobNumber, std::optional<JobNumber>> batches;  // Of the leased jobs.
  for (const auto& [number, lease] : leases) {
    const auto job = tables.job(number);
    if (!job) return job.error();
    if (*job) batches.emplace(number, (*job)->batch);
  }

  read = tables.each_in_line([&](const LineRow& row) -> Result<void> {
    const auto lane = lanes.find(row.lane);
    if (lane == lanes.end()) return tables.damaged("line " + std::to_string(row.place.seq) + " has no lane");
    if (row.place.seq >= live.next_number)
      return tables.damaged("line " + std::to_string(row.place.seq) + " is not yet");
    auto& [queue, vendor, running] = lane->second;
    if (row.job != row.place.seq) live.moved.emplace(row.place.seq, row.job);
    if (const auto lease = leases.find(row.job); lease != leases.end()) {
      live.active.emplace(row.job, ActiveJob{.job = {queue, vendor, row.lane, row.place},
                                             .lease = lease->second,
                                             .batch = batches[row.job]});
      ++queue->active;
      ++running;
    } else if (row.run_at) {
      live.delayed.emplace(
          row.job,
          DelayedJob{.job = {queue, vendor, row.lane, row.place}, .due = *row.run_at, .paid = row.paid});
      queue->delayed.emplace(*row.run_at, row.job);
    } else if (row.paid) {
      queue->order.put_back(vendor, row.place);
    } else {
      queue->order.add(vendor, row.place);
    }
    return {};
  });
  if (!read) return read.error();
  for (const auto& [id, lane] : lanes) {
    if (lane.running > 0) lane.queue->order.restore_running(lane.vendor, lane.running);
  }
  if (live.active.size() != leases.size()) return tables.damaged("a lease without a job in line");
  return live;
}

}  // namespace cutroom::store_sqlite
