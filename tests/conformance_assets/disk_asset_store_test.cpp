// What is the disk store's own; what it shares with all stores is in tests/conformance_assets.
#include "adapters/assets_disk/disk_asset_store.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "support/run_coroutine.hpp"
#include "support/temporary_folder.hpp"

namespace cutroom::assets_disk {
namespace {

namespace fs = std::filesystem;

class DiskAssets : public testing::Test {
 protected:
  std::unique_ptr<DiskAssetStore> open(std::string public_url = "http://127.0.0.1:3001") {
    return std::move(
        DiskAssetStore::open({.folder = place(), .public_url = std::move(public_url)}, pool_).value());
  }
  fs::path place() const { return folder_.path() / "deep" / "assets"; }
  delivery::AssetInfo put(DiskAssetStore& store, std::string_view content) {
    return test::run(store.put(Bytes::copy_of(content), "png")).value();
  }

  test::TemporaryFolder folder_;
  boost::asio::thread_pool pool_{2};
};

TEST_F(DiskAssets, lie_in_a_folder_by_the_first_byte_of_their_digest) {
  const auto store = open();
  const auto info = put(*store, "abc");
  EXPECT_EQ(info.key, "ba/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad.png");
  EXPECT_EQ(info.local_path, (place() / info.key).string());
  EXPECT_TRUE(fs::is_regular_file(info.local_path));
}

TEST_F(DiskAssets, are_not_written_again_when_they_are_there) {
  const auto store = open();
  const fs::path path = put(*store, "abc").local_path;
  const auto long_ago = fs::file_time_type::clock::now() - std::chrono::hours(1);
  fs::last_write_time(path, long_ago);
  put(*store, "abc");
  EXPECT_EQ(fs::last_write_time(path), long_ago);
}

TEST_F(DiskAssets, are_written_again_when_something_has_cut_them) {
  const auto store = open();
  const auto info = put(*store, "abc");
  fs::resize_file(info.local_path, 1);
  put(*store, "abc");
  EXPECT_EQ(test::run(store->read(info.key))->view(), "abc");
}

TEST_F(DiskAssets, are_swept_of_what_a_crash_has_left_when_opened) {
  open();
  std::ofstream(place() / "staging" / "left.tmp") << "half";
  open();
  EXPECT_TRUE(fs::is_empty(place() / "staging"));
}

TEST_F(DiskAssets, link_below_the_public_address) {
  EXPECT_EQ(open("https://img.example.com/cutroom/")->url_of("ba/x.png"),
            "https://img.example.com/cutroom/assets/ba/x.png");
}

TEST_F(DiskAssets, say_storage_failed_where_no_folder_can_be) {
  std::ofstream(folder_.path() / "file") << "in the way";
  const auto store =
      DiskAssetStore::open({.folder = folder_.path() / "file" / "assets", .public_url = ""}, pool_);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, Errc::storage_failed);
}

TEST_F(DiskAssets, say_storage_failed_when_the_folder_has_gone) {
  const auto store = open();
  fs::remove_all(place());
  const auto info = test::run(store->put(Bytes::copy_of("abc"), "png"));
  ASSERT_FALSE(info);
  EXPECT_EQ(info.error().code, Errc::storage_failed);
  EXPECT_TRUE(info.error().message.empty());
}

}  // namespace
}  // namespace cutroom::assets_disk
