// imaging::Archiver with libarchive.
#pragma once

#include "imaging/archiver.hpp"

namespace cutroom::archive_zip {

class ZipArchiver final : public imaging::Archiver {
 public:
  Result<Bytes> zip(const std::vector<imaging::ArchiveEntry>&) const override;
};

}  // namespace cutroom::archive_zip
