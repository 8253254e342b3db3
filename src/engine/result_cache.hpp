// The same photo with the same options gives the same cut-out, so a photo that comes again costs no model
// run. Remembers the last results by the photo's content; bounded, in memory, on the I/O thread.
#pragma once

#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace cutroom::engine {

class ResultCache {
 public:
  explicit ResultCache(std::size_t entries_max) : entries_max_(entries_max) {}

  std::optional<std::string> find(const std::string& key);
  void put(const std::string& key, std::string result);
  void forget(const std::string& key);

 private:
  using Entry = std::pair<std::string, std::string>;
  std::size_t entries_max_;
  std::list<Entry> newest_first_;
  std::unordered_map<std::string, std::list<Entry>::iterator> by_key_;
};

}  // namespace cutroom::engine
