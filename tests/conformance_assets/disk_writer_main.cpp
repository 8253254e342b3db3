// Puts file after file into a disk store until it is killed: disk_crash_test.cpp does that. Writes each key
// to standard output once the store has answered.
#include <iostream>
#include <unistd.h>

#include <boost/asio/thread_pool.hpp>

#include "adapters/assets_disk/disk_asset_store.hpp"
#include "base/token.hpp"
#include "support/run_coroutine.hpp"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  boost::asio::thread_pool pool(1);
  auto store =
      cutroom::assets_disk::DiskAssetStore::open({.folder = argv[1], .public_url = "http://x"}, pool);
  if (!store) return 3;
  for (;;) {
    // Large enough that many kills hit a write.
    std::string content(3'000'000, 'x');
    content += cutroom::random_token();
    const auto info = cutroom::test::run((*store)->put(cutroom::Bytes::copy_of(content), "png"));
    if (!info) return 4;
    const std::string line = info->key + "\n";
    if (write(STDOUT_FILENO, line.data(), line.size()) < 0) return 5;
  }
}
