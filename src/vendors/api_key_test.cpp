#include "vendors/api_key.hpp"

#include <set>

#include <gtest/gtest.h>

namespace cutroom::vendors {
namespace {

const TimePoint kNow = from_unix_ms(1'764'000'000'000);

TEST(ApiKey, opens_with_its_own_secret_alone) {
  const NewApiKey made = make_api_key("acme", "shop", kNow);
  const auto parts = api_key_parts(made.text);
  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->id, made.key.id);
  EXPECT_TRUE(opens(made.key, parts->secret));
  const NewApiKey other = make_api_key("acme", "", kNow);
  EXPECT_FALSE(opens(made.key, api_key_parts(other.text)->secret));
  EXPECT_FALSE(opens(made.key, ""));
  EXPECT_FALSE(opens(made.key, made.key.secret_sha256)) << "the digest must not be a key itself";
}

TEST(ApiKey, opens_nothing_once_revoked) {
  NewApiKey made = make_api_key("acme", "", kNow);
  made.key.revoked_at = kNow;
  EXPECT_FALSE(opens(made.key, api_key_parts(made.text)->secret));
}

TEST(ApiKey, holds_no_secret_itself) {
  const NewApiKey made = make_api_key("acme", "", kNow);
  const std::string secret(api_key_parts(made.text)->secret);
  EXPECT_GE(secret.size() * 4, 160U) << "bits";
  EXPECT_EQ(made.key.id.find(secret), std::string::npos);
  EXPECT_EQ(made.key.secret_sha256.find(secret), std::string::npos);
}

TEST(ApiKey, is_never_the_same_twice) {
  std::set<std::string> seen;
  for (int i = 0; i < 1'000; ++i) {
    const NewApiKey made = make_api_key("v", "", kNow);
    EXPECT_TRUE(seen.insert(made.key.id).second);
    EXPECT_TRUE(seen.insert(made.text).second);
  }
}

TEST(ApiKey, is_not_read_from_text_that_cannot_be_one) {
  const std::string good = make_api_key("v", "", kNow).text;
  ASSERT_TRUE(api_key_parts(good));
  for (const std::string& wrong :
       {std::string(), std::string("ck_"), std::string("ck_a_b"), good + "0", good.substr(0, good.size() - 1),
        "xk_" + good.substr(3), " " + good, std::string("ck_0123456789ab"),
        good.substr(0, 15) + "-" + good.substr(16), good.substr(0, good.size() - 1) + "G"})
    EXPECT_FALSE(api_key_parts(wrong)) << wrong;
}

}  // namespace
}  // namespace cutroom::vendors
