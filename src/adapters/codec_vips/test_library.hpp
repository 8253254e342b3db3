// Starts libvips for a test program: once, since it can't be started twice.
#pragma once

#include <memory>

#include <gtest/gtest.h>

#include "adapters/codec_vips/vips_library.hpp"

namespace cutroom::codec_vips {

class VipsForTests : public testing::Environment {
 public:
  void SetUp() override { library_ = std::make_unique<VipsLibrary>(); }
  void TearDown() override { library_.reset(); }
  static const VipsLibrary& library() { return *library_; }

 private:
  inline static std::unique_ptr<VipsLibrary> library_;
};

inline const testing::Environment* const kVipsForTests = testing::AddGlobalTestEnvironment(new VipsForTests);

}  // namespace cutroom::codec_vips
