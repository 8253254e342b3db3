#include "adapters/archive_zip/zip_archiver.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <memory>

namespace cutroom::archive_zip {
namespace {

struct FreeArchive {
  void operator()(archive* a) const { archive_write_free(a); }
};
struct FreeEntry {
  void operator()(archive_entry* e) const { archive_entry_free(e); }
};

// What zip adds: headers of some hundred bytes an entry, and some for the whole.
constexpr std::size_t kEntryBytesMax = 1'024;

// The first moment that a zip file can hold: the same files give the same bytes.
constexpr std::time_t kEpochOfZip = 315'532'800;  // 1980-01-01.

Error failed(archive* a) {
  const char* why = archive_error_string(a);
  return {.code = Errc::internal, .detail = std::string("zip: ") + (why ? why : "unknown")};
}

}  // namespace

Result<Bytes> ZipArchiver::zip(const std::vector<imaging::ArchiveEntry>& entries) const {
  std::size_t bytes_max = kEntryBytesMax;
  for (const auto& entry : entries) bytes_max += entry.bytes.size() + kEntryBytesMax;
  Bytes out(bytes_max);
  std::size_t used = 0;

  const std::unique_ptr<archive, FreeArchive> zip(archive_write_new());
  archive* a = zip.get();
  if (!a || archive_write_set_format_zip(a) != ARCHIVE_OK ||
      archive_write_zip_set_compression_store(a) != ARCHIVE_OK ||
      archive_write_set_bytes_per_block(a, 0) != ARCHIVE_OK ||
      archive_write_open_memory(a, out.data(), out.size(), &used) != ARCHIVE_OK)
    return failed(a);
  for (const auto& file : entries) {
    const std::unique_ptr<archive_entry, FreeEntry> entry(archive_entry_new());
    archive_entry_set_pathname(entry.get(), file.name.c_str());
    archive_entry_set_size(entry.get(), static_cast<std::int64_t>(file.bytes.size()));
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), 0644);
    archive_entry_set_mtime(entry.get(), kEpochOfZip, 0);
    if (archive_write_header(a, entry.get()) != ARCHIVE_OK ||
        archive_write_data(a, file.bytes.data(), file.bytes.size()) !=
            static_cast<la_ssize_t>(file.bytes.size()))
      return failed(a);
  }
  if (archive_write_close(a) != ARCHIVE_OK) return failed(a);
  out.truncate(used);
  return out;
}

}  // namespace cutroom::archive_zip
