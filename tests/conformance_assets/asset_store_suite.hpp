// What every AssetStore must do, sentence by sentence of its header. An adapter joins by a file like
// disk.cpp.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "delivery/asset_store.hpp"

namespace cutroom::test {

// A store and what it needs around it. Each test has its own, empty.
class AssetStoreUnderTest {
 public:
  virtual ~AssetStoreUnderTest() = default;
  virtual delivery::AssetStore& store() = 0;
  // Gives up the store and opens another one over the same place, as after a restart.
  virtual void reopen() = 0;
};

struct AssetStoreKind {
  std::string name;
  std::function<std::unique_ptr<AssetStoreUnderTest>()> make;
};

class AssetStores : public testing::TestWithParam<AssetStoreKind> {
 protected:
  delivery::AssetStore& store() { return under_test_->store(); }

  Result<delivery::AssetInfo> put(std::string_view content, const std::string& extension = "png");
  Result<delivery::AssetInfo> find(const delivery::AssetKey&);
  Result<Bytes> read(const delivery::AssetKey&);
  Result<void> remove(const delivery::AssetKey&);

  std::unique_ptr<AssetStoreUnderTest> under_test_ = GetParam().make();
};

inline std::string name_of(const testing::TestParamInfo<AssetStoreKind>& info) { return info.param.name; }

}  // namespace cutroom::test
