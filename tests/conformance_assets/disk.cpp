#include <boost/asio/thread_pool.hpp>

#include "adapters/assets_disk/disk_asset_store.hpp"
#include "conformance_assets/asset_store_suite.hpp"
#include "support/temporary_folder.hpp"

namespace cutroom::test {
namespace {

class OnDisk final : public AssetStoreUnderTest {
 public:
  OnDisk() { reopen(); }
  delivery::AssetStore& store() override { return *store_; }
  void reopen() override {
    store_.reset();
    store_ =
        std::move(assets_disk::DiskAssetStore::open(
                      {.folder = folder_.path() / "assets", .public_url = "http://127.0.0.1:3001"}, pool_)
                      .value());
  }

 private:
  TemporaryFolder folder_;
  boost::asio::thread_pool pool_{2};
  std::unique_ptr<assets_disk::DiskAssetStore> store_;
};

INSTANTIATE_TEST_SUITE_P(Disk, AssetStores,
                         testing::Values(AssetStoreKind{"Disk", [] { return std::make_unique<OnDisk>(); }}),
                         name_of);

}  // namespace
}  // namespace cutroom::test
