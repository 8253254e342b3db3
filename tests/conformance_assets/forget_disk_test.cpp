// Forgetting on disk, where time can be set back.
#include <fcntl.h>
#include <sys/stat.h>

#include <boost/asio/thread_pool.hpp>
#include <gtest/gtest.h>

#include "adapters/assets_disk/disk_asset_store.hpp"
#include "support/run_coroutine.hpp"
#include "support/temporary_folder.hpp"

namespace cutroom::test {
namespace {

TEST(DiskForgetting, removes_what_was_not_used_for_long_and_spares_what_was) {
  const TemporaryFolder folder;
  boost::asio::thread_pool pool(1);
  auto store = assets_disk::DiskAssetStore::open({.folder = folder.path()}, pool).value();
  const auto put = [&](std::string_view text) {
    return run(store->put(Bytes::copy_of(text), "png")).value();
  };
  const auto old = put("old");
  const auto used = put("old but used");
  const auto fresh = put("fresh");
  const auto now = std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
  const timespec long_ago[2] = {{to_unix_ms(now) / 1000 - 10 * 86'400, 0},
                                {to_unix_ms(now) / 1000 - 10 * 86'400, 0}};
  for (const auto& one : {old, used})
    ASSERT_EQ(::utimensat(AT_FDCWD, one.local_path.c_str(), long_ago, 0), 0);

  ASSERT_TRUE(run(store->find(used.key)));
  EXPECT_EQ(run(store->forget_unused(now - std::chrono::hours{48})).value(), 1U);
  EXPECT_FALSE(run(store->find(old.key)));
  EXPECT_TRUE(run(store->find(used.key)));
  EXPECT_TRUE(run(store->find(fresh.key)));
  pool.join();
}

}  // namespace
}  // namespace cutroom::test
