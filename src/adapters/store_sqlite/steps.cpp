#include "adapters/store_sqlite/steps.hpp"

namespace cutroom::store_sqlite {

Result<void> Steps::load() {
  touched_.clear();
  finishes_.clear();
  told_.clear();
  cancelled_.clear();
  batches_.clear();
  stale_ = true;
  auto live = LiveJobs::load(tables_);
  if (!live) return live.error();
  live_ = std::move(*live);
  next_number_saved_ = live_.next_number;
  stale_ = false;
  return {};
}

Result<void> Steps::begin() {
  told_.clear();
  cancelled_.clear();
  if (stale_) {
    if (const auto loaded = load(); !loaded) return loaded;
  }
  return tables_.begin();
}

Result<void> Steps::commit() {
  Result<void> done = tables_.failure() ? Result<void>(*tables_.failure()) : flush();
  if (done) done = tables_.commit();
  if (done) return done;
  tables_.roll_back();
  // Where this fails too, begin() tries again.
  stale_ = true;
  (void)load();
  return done;
}

Result<void> Steps::flush() {
  if (live_.next_number != next_number_saved_) {
    if (const auto set = tables_.set_next_number(live_.next_number); !set) return set;
  }
  for (Queue* queue : touched_) {
    queue->row.virtual_time = queue->order.virtual_time();
    if (const auto updated = tables_.update_queue(queue->row); !updated) return updated;
  }
  for (const auto& [lane, finish] : finishes_) {
    if (const auto set = tables_.set_finish(lane, finish); !set) return set;
  }
  for (const auto& [number, row] : batches_) {
    if (const auto updated = tables_.update_batch(row); !updated) return updated;
  }
  batches_.clear();
  next_number_saved_ = live_.next_number;
  touched_.clear();
  finishes_.clear();
  return {};
}

}  // namespace cutroom::store_sqlite
