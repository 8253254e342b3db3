#include "delivery/asset_key.hpp"

#include <gtest/gtest.h>

namespace cutroom::delivery {
namespace {

const std::string kHex = "3fa4" + std::string(60, '0');

TEST(AssetKey, is_folder_digest_and_extension) {
  const AssetKey key = asset_key_of(kHex, "png");
  EXPECT_EQ(key, "3f/" + kHex + ".png");
  EXPECT_TRUE(is_asset_key(key));
  EXPECT_EQ(digest_of(key), kHex);
}

TEST(AssetKey, is_nothing_else) {
  const std::string good = asset_key_of(kHex, "png");
  for (const std::string& bad : {std::string(),
                                 std::string("3f"),
                                 std::string("../../etc/passwd"),
                                 "/" + good,
                                 "../" + good,
                                 good + "/..",
                                 "3f/../" + good,
                                 "4f/" + kHex + ".png",
                                 "3f/" + kHex,
                                 "3f/" + kHex + ".",
                                 "3f/" + kHex + ".PNG",
                                 "3f/" + kHex + ".p/g",
                                 "3f/" + kHex + "..",
                                 "3f/" + kHex + ".verylongext",
                                 "3f/" + kHex + "0.png",
                                 "3f/" + kHex.substr(1) + ".png",
                                 "3f\\" + kHex + ".png",
                                 "3F/3FA4" + kHex.substr(4) + ".png",
                                 good + std::string(1, '\0'),
                                 "3f/3f/../x" + kHex.substr(9) + ".png",
                                 " " + good,
                                 good + "\n"})
    EXPECT_FALSE(is_asset_key(bad)) << bad;
}

TEST(AssetKey, tells_the_content_type) {
  EXPECT_EQ(content_type_of(asset_key_of(kHex, "png")), "image/png");
  EXPECT_EQ(content_type_of(asset_key_of(kHex, "jpg")), "image/jpeg");
  EXPECT_EQ(content_type_of(asset_key_of(kHex, "webp")), "image/webp");
  EXPECT_EQ(content_type_of(asset_key_of(kHex, "bin")), "application/octet-stream");
  EXPECT_EQ(content_type_of(asset_key_of(kHex, "html")), "application/octet-stream");
}

TEST(AssetExtension, is_a_short_word) {
  EXPECT_TRUE(is_asset_extension("png"));
  EXPECT_TRUE(is_asset_extension("mp4"));
  for (const char* bad : {"", ".png", "p.ng", "PNG", "a/b", "..", "ninechars", "p ng"})
    EXPECT_FALSE(is_asset_extension(bad)) << bad;
}

}  // namespace
}  // namespace cutroom::delivery
