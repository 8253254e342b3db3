// Whether this process can do its work now, for /readyz and the worker's health. Lives on the I/O thread.
#pragma once

#include <map>
#include <string>

namespace cutroom::engine {

class Readiness {
 public:
  // E.g. set("model", "loading") and set("model", ""): an empty reason means ready.
  void set(const std::string& part, const std::string& reason) { reasons_[part] = reason; }
  bool ready() const {
    for (const auto& [part, reason] : reasons_)
      if (!reason.empty()) return false;
    return true;
  }
  const std::map<std::string, std::string>& reasons() const { return reasons_; }

 private:
  std::map<std::string, std::string> reasons_;
};

}  // namespace cutroom::engine
