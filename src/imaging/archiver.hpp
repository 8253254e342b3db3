// PORT. Several files as one. Blocking, any thread.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace cutroom::imaging {

struct ArchiveEntry {
  std::string name;
  Bytes bytes;
};

class Archiver {
 public:
  virtual ~Archiver() = default;
  // A zip file. Entries are stored as they are: pictures are compressed already. The same entries give the
  // same bytes, so that assets are found by their content.
  virtual Result<Bytes> zip(const std::vector<ArchiveEntry>&) const = 0;
};

}  // namespace cutroom::imaging
