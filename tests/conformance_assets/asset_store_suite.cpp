#include "conformance_assets/asset_store_suite.hpp"

#include <fstream>
#include <iterator>
#include <thread>

#include "base/digest.hpp"
#include "support/run_coroutine.hpp"

namespace cutroom::test {

Result<delivery::AssetInfo> AssetStores::put(std::string_view content, const std::string& extension) {
  return run(store().put(Bytes::copy_of(content), extension));
}
Result<delivery::AssetInfo> AssetStores::find(const delivery::AssetKey& key) {
  return run(store().find(key));
}
Result<Bytes> AssetStores::read(const delivery::AssetKey& key) { return run(store().read(key)); }
Result<void> AssetStores::remove(const delivery::AssetKey& key) { return run(store().remove(key)); }

namespace {

std::string some_content(std::size_t size, unsigned seed = 1) {
  std::string content(size, '\0');
  for (char& c : content) {
    seed = seed * 1'664'525U + 1'013'904'223U;
    c = static_cast<char>(seed >> 24U);
  }
  return content;
}

delivery::AssetKey key_of(std::string_view content, const std::string& extension = "png") {
  const std::string digest = sha256_hex(content);
  return digest.substr(0, 2) + "/" + digest + "." + extension;
}

TEST_P(AssetStores, name_a_file_by_its_content_and_extension) {
  const auto info = put("some picture", "webp");
  ASSERT_TRUE(info) << info.error().detail;
  EXPECT_EQ(info->key, key_of("some picture", "webp"));
  EXPECT_EQ(info->size_bytes, 12U);
  EXPECT_EQ(info->content_type, "image/webp");
}

TEST_P(AssetStores, give_back_what_was_put) {
  for (const std::size_t size : {0U, 1U, 4'096U, 5'000'001U}) {
    const std::string content = some_content(size);
    const auto info = put(content);
    ASSERT_TRUE(info) << size;
    const auto bytes = read(info->key);
    ASSERT_TRUE(bytes) << size;
    EXPECT_TRUE(bytes->view() == content) << size;
    const auto found = find(info->key);
    ASSERT_TRUE(found) << size;
    EXPECT_EQ(found->key, info->key);
    EXPECT_EQ(found->size_bytes, size);
    EXPECT_EQ(found->content_type, "image/png");
  }
}

TEST_P(AssetStores, keep_what_was_put_over_a_restart) {
  const auto info = put("some picture");
  ASSERT_TRUE(info);
  under_test_->reopen();
  const auto bytes = read(info->key);
  ASSERT_TRUE(bytes);
  EXPECT_EQ(bytes->view(), "some picture");
}

TEST_P(AssetStores, store_the_same_content_once) {
  const auto first = put("some picture");
  const auto second = put("some picture");
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->key, second->key);
  ASSERT_TRUE(remove(first->key));
  EXPECT_EQ(find(second->key).error().code, Errc::not_found);
}

TEST_P(AssetStores, tell_the_same_content_with_another_extension_apart) {
  const auto png = put("some picture", "png");
  const auto bin = put("some picture", "bin");
  ASSERT_TRUE(png && bin);
  EXPECT_NE(png->key, bin->key);
  EXPECT_EQ(bin->content_type, "application/octet-stream");
  ASSERT_TRUE(remove(png->key));
  EXPECT_TRUE(find(bin->key));
}

TEST_P(AssetStores, say_not_found_for_what_is_not_there) {
  EXPECT_EQ(find(key_of("never put")).error().code, Errc::not_found);
  EXPECT_EQ(read(key_of("never put")).error().code, Errc::not_found);
}

TEST_P(AssetStores, say_invalid_for_what_cannot_be_a_key) {
  const std::string good = key_of("some picture");
  ASSERT_TRUE(put("some picture"));
  for (const std::string& bad : {std::string(), std::string("."), std::string("../secret"),
                                 std::string("/etc/passwd"), "../" + good, good + "/../x", good.substr(3),
                                 good.substr(0, 67), good + std::string(1, '\0'), "zz/" + good.substr(3)}) {
    EXPECT_EQ(find(bad).error().code, Errc::invalid_input) << bad;
    EXPECT_EQ(read(bad).error().code, Errc::invalid_input) << bad;
    const auto removed = remove(bad);
    ASSERT_FALSE(removed) << bad;
    EXPECT_EQ(removed.error().code, Errc::invalid_input) << bad;
  }
  EXPECT_TRUE(find(good));
}

TEST_P(AssetStores, take_no_extension_that_is_not_a_short_word) {
  for (const char* bad : {"", "../x", ".png", "p/g", "PNG", "toolongforone"})
    EXPECT_FALSE(put("some picture", bad)) << bad;
}

TEST_P(AssetStores, have_removed_a_file_afterwards_also_one_that_was_not_there) {
  const auto info = put("some picture");
  ASSERT_TRUE(info);
  EXPECT_TRUE(remove(info->key));
  EXPECT_EQ(read(info->key).error().code, Errc::not_found);
  EXPECT_TRUE(remove(info->key));
  EXPECT_TRUE(remove(key_of("never put")));
  // And it can come again.
  ASSERT_TRUE(put("some picture"));
  EXPECT_TRUE(find(info->key));
}

TEST_P(AssetStores, link_to_the_key) {
  const std::string key = key_of("some picture");
  const std::string url = store().url_of(key);
  EXPECT_TRUE(url.starts_with("http")) << url;
  EXPECT_TRUE(url.ends_with("/" + key)) << url;
}

TEST_P(AssetStores, tell_a_local_path_only_where_the_bytes_lie) {
  const auto info = put("some picture");
  ASSERT_TRUE(info);
  for (const std::string& path : {info->local_path, find(info->key)->local_path}) {
    if (path.empty()) continue;
    std::ifstream file(path, std::ios::binary);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "some picture");
  }
}

TEST_P(AssetStores, show_a_file_whole_or_not_at_all) {
  constexpr int kFiles = 10;
  std::atomic<int> put_so_far = -1;
  std::thread reader([&] {
    for (int i = 0; i < kFiles;) {
      const std::string content = some_content(2'000'000, static_cast<unsigned>(i));
      // Asks before, during and after the put, at least once each.
      for (bool after = false;; after = put_so_far >= i) {
        const auto bytes = read(key_of(content));
        if (!bytes) {
          EXPECT_EQ(bytes.error().code, Errc::not_found);
          EXPECT_FALSE(after);
        } else {
          EXPECT_TRUE(bytes->view() == content);
        }
        if (after) break;
      }
      ++i;
    }
  });
  for (int i = 0; i < kFiles; ++i) {
    EXPECT_TRUE(put(some_content(2'000'000, static_cast<unsigned>(i))));
    put_so_far = i;
  }
  reader.join();
}

TEST_P(AssetStores, take_the_same_content_from_many_at_once) {
  const std::string content = some_content(500'000);
  std::vector<std::thread> threads;
  std::atomic<int> good = 0;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      const auto info = put(content);
      if (info && read(info->key)->view() == content) ++good;
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 8);
}

}  // namespace
}  // namespace cutroom::test
