#include "adapters/assets_disk/staged_file.hpp"

#include <cerrno>
#include <fstream>
#include <iterator>
#include <signal.h>
#include <sys/resource.h>

#include <gtest/gtest.h>

#include "support/temporary_folder.hpp"

namespace cutroom::assets_disk {
namespace {

namespace fs = std::filesystem;

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

TEST(StagedFile, appears_at_its_place_when_it_is_moved_there) {
  const test::TemporaryFolder folder;
  fs::create_directory(folder.path() / "staging");
  auto file = StagedFile::create(folder.path() / "staging");
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->write(bytes_of("hello ")));
  ASSERT_TRUE(file->write(bytes_of("world")));
  EXPECT_FALSE(fs::exists(folder.path() / "place"));
  ASSERT_TRUE(file->move_to(folder.path() / "place"));
  std::ifstream in(folder.path() / "place");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), "hello world");
  EXPECT_TRUE(fs::is_empty(folder.path() / "staging"));
}

TEST(StagedFile, is_gone_when_it_was_not_moved) {
  const test::TemporaryFolder folder;
  {
    auto file = StagedFile::create(folder.path());
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->write(bytes_of("hello")));
    EXPECT_FALSE(fs::is_empty(folder.path()));
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(StagedFile, survives_a_sweep_while_it_is_written) {
  const test::TemporaryFolder folder;
  auto file = StagedFile::create(folder.path());
  ASSERT_TRUE(file);
  ASSERT_TRUE(sweep_staged(folder.path()));
  EXPECT_FALSE(fs::is_empty(folder.path()));
}

TEST(Sweep, removes_what_nobody_writes_any_more) {
  const test::TemporaryFolder folder;
  std::ofstream(folder.path() / "abc.tmp") << "half a pic";
  ASSERT_TRUE(sweep_staged(folder.path()));
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(StagedFile, reports_a_write_that_finds_no_room) {
  const test::TemporaryFolder folder;
  // A limit on file sizes fails like a full disk does: in the middle of a write.
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old_handler = signal(SIGXFSZ, SIG_IGN);
  const rlimit small{.rlim_cur = 100'000, .rlim_max = before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  Result<void> written;
  {
    auto file = StagedFile::create(folder.path());
    ASSERT_TRUE(file);
    written = file->write(bytes_of(std::string(300'000, 'x')));
  }
  setrlimit(RLIMIT_FSIZE, &before);
  signal(SIGXFSZ, old_handler);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Errc::storage_failed);
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(DiskError, says_so_when_the_disk_is_full) {
  const Error error = disk_error(ENOSPC, "write", "/data/assets/x.tmp");
  EXPECT_EQ(error.code, Errc::storage_failed);
  EXPECT_EQ(error.detail, "The disk for assets is full: write /data/assets/x.tmp: No space left on device");
  EXPECT_TRUE(error.message.empty()) << "the path is not for the client";
  EXPECT_EQ(disk_error(EIO, "sync", "/x").detail, "sync /x: Input/output error");
}

}  // namespace
}  // namespace cutroom::assets_disk
