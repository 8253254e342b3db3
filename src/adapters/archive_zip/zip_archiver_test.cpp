#include "adapters/archive_zip/zip_archiver.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <memory>

#include <gtest/gtest.h>

namespace cutroom::archive_zip {
namespace {

std::vector<imaging::ArchiveEntry> two_files() {
  std::vector<imaging::ArchiveEntry> entries;
  entries.push_back({"color.png", Bytes::copy_of(std::string_view("colours"))});
  entries.push_back({"alpha.png", Bytes::copy_of(std::string_view("mask"))});
  return entries;
}

TEST(ZipArchiver, makes_a_file_that_any_reader_opens) {
  const auto file = ZipArchiver().zip(two_files());
  ASSERT_TRUE(file) << file.error().detail;
  EXPECT_TRUE(file->view().starts_with("PK"));

  archive* a = archive_read_new();
  archive_read_support_format_zip(a);
  ASSERT_EQ(archive_read_open_memory(a, file->data(), file->size()), ARCHIVE_OK);
  std::vector<std::pair<std::string, std::string>> read;
  archive_entry* entry = nullptr;
  while (archive_read_next_header(a, &entry) == ARCHIVE_OK) {
    std::string content(100, ' ');
    const auto bytes = archive_read_data(a, content.data(), content.size());
    content.resize(static_cast<std::size_t>(bytes));
    read.emplace_back(archive_entry_pathname(entry), content);
  }
  archive_read_free(a);
  ASSERT_EQ(read.size(), 2U);
  EXPECT_EQ(read[0], (std::pair<std::string, std::string>("color.png", "colours")));
  EXPECT_EQ(read[1], (std::pair<std::string, std::string>("alpha.png", "mask")));
}

TEST(ZipArchiver, gives_the_same_bytes_for_the_same_files) {
  EXPECT_EQ(ZipArchiver().zip(two_files())->view(), ZipArchiver().zip(two_files())->view());
}

}  // namespace
}  // namespace cutroom::archive_zip
