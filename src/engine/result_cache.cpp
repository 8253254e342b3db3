#include "engine/result_cache.hpp"

namespace cutroom::engine {

std::optional<std::string> ResultCache::find(const std::string& key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return std::nullopt;
  newest_first_.splice(newest_first_.begin(), newest_first_, found->second);
  return found->second->second;
}

void ResultCache::put(const std::string& key, std::string result) {
  if (entries_max_ == 0) return;
  forget(key);
  newest_first_.emplace_front(key, std::move(result));
  by_key_[key] = newest_first_.begin();
  if (newest_first_.size() > entries_max_) {
    by_key_.erase(newest_first_.back().first);
    newest_first_.pop_back();
  }
}

void ResultCache::forget(const std::string& key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return;
  newest_first_.erase(found->second);
  by_key_.erase(found);
}

}  // namespace cutroom::engine
