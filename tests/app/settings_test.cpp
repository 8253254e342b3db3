#include "app/settings.hpp"

#include <filesystem>
#include <fstream>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/secret_text.hpp"

namespace cutroom::app {
namespace {

class SettingsTest : public testing::Test {
 protected:
  std::string file(const std::string& text) {
    // Named after the test: the cases run side by side.
    const std::string path = testing::TempDir() + "settings_" +
                             testing::UnitTest::GetInstance()->current_test_info()->name() + ".toml";
    std::ofstream(path) << text;
    return path;
  }
  Result<SettingsInForce> read() {
    return read_settings({.file = toml ? std::optional(file(*toml)) : std::nullopt,
                          .environment = [this](const std::string& name) -> std::optional<std::string> {
                            const auto found = environment.find(name);
                            return found == environment.end() ? std::nullopt : std::optional(found->second);
                          },
                          .flags = flags});
  }

  std::optional<std::string> toml;
  std::map<std::string, std::string> environment;
  std::map<std::string, std::string> flags;
};

TEST_F(SettingsTest, have_the_defaults_of_the_drop_in) {
  const auto in_force = read();
  ASSERT_TRUE(in_force);
  EXPECT_EQ(in_force->settings.listen_address, "127.0.0.1");
  EXPECT_EQ(in_force->settings.listen_port, 3001);
  EXPECT_EQ(in_force->settings.background_removal_slots, 3);
  EXPECT_EQ(in_force->settings.attempts, 3);
  EXPECT_EQ(in_force->origins.at("listen"), "default");
}

TEST_F(SettingsTest, let_the_environment_beat_the_file_and_a_flag_beat_both) {
  toml = "listen = '127.0.0.1:1'\ndata_dir = 'from-file'\nlog_level = 'debug'\n";
  environment = {{"CUTROOM_LISTEN", "127.0.0.1:2"}, {"CUTROOM_DATA_DIR", "from-env"}};
  flags = {{"listen", "127.0.0.1:3"}};
  const auto in_force = read();
  ASSERT_TRUE(in_force) << in_force.error().text();
  EXPECT_EQ(in_force->settings.listen_port, 3);
  EXPECT_EQ(in_force->settings.data_dir, "from-env");
  EXPECT_EQ(in_force->settings.log_level, "debug");
  EXPECT_EQ(in_force->origins.at("listen"), "--listen");
  EXPECT_EQ(in_force->origins.at("data_dir"), "CUTROOM_DATA_DIR");
}

TEST_F(SettingsTest, know_the_old_names_and_prefer_the_new) {
  environment = {{"PORT", "4000"}};
  EXPECT_EQ(read()->settings.listen_port, 4000);
  environment["CUTROOM_PORT"] = "5000";
  EXPECT_EQ(read()->settings.listen_port, 5000);
}

TEST_F(SettingsTest, read_lists_tables_and_vendors_from_the_file) {
  toml = R"(
[fetch]
allow = ["127.0.0.1/32", "10.1.0.0/16"]
ports = [8080, 8443]
[queues.background_removal]
slots = 5
[vendors.big]
weight = 3
cap = 2
cap_is_hard = true
)";
  const auto in_force = read();
  ASSERT_TRUE(in_force) << in_force.error().text();
  EXPECT_EQ(in_force->settings.fetch_allow, (std::vector<std::string>{"127.0.0.1/32", "10.1.0.0/16"}));
  EXPECT_EQ(in_force->settings.fetch_ports, (std::vector<std::uint16_t>{8080, 8443}));
  EXPECT_EQ(in_force->settings.background_removal_slots, 5);
  EXPECT_EQ(in_force->settings.vendors.at("big"),
            (jobs::VendorShare{.weight = 3, .cap = 2, .cap_is_hard = true}));
}

TEST_F(SettingsTest, name_key_value_and_what_is_allowed_when_one_is_wrong) {
  flags = {{"jobs.attempts", "none"}};
  const auto wrong = read();
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().text(),
            "--jobs-attempts: 'none' is not allowed for jobs.attempts; allowed: 1..100");
  flags = {{"listen", "3001"}};
  EXPECT_FALSE(read());
  flags = {{"listen", "127.0.0.1:70000"}};
  EXPECT_FALSE(read());
}

TEST_F(SettingsTest, refuse_a_key_that_does_not_exist) {
  toml = "[fetch]\nalow = '127.0.0.1/32'\n";
  const auto wrong = read();
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().text(), testing::HasSubstr("there is no setting 'fetch.alow'"));
}

TEST_F(SettingsTest, say_the_line_of_a_broken_file) {
  toml = "listen = '127.0.0.1:1'\ndata_dir = \n";
  const auto wrong = read();
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().text(), testing::HasSubstr("line 2"));
}

TEST_F(SettingsTest, refuse_a_vendor_without_weight) {
  toml = "[vendors.v]\nweight = 0\n";
  const auto wrong = read();
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().text(), testing::HasSubstr("vendors.v.weight is not allowed"));
}

TEST_F(SettingsTest, read_limits_and_name_the_one_that_is_wrong) {
  toml = "[limits]\nbackground_removal = '5/1m'\nbulk = 'off'\n";
  flags = {{"limits.reads", "10/1s"}};
  const auto in_force = read();
  ASSERT_TRUE(in_force) << in_force.error().text();
  const vendors::Limits& limits = in_force->settings.rate_limits;
  EXPECT_EQ(vendors::to_string(limits[vendors::LimitKind::background_removal]), "5/1m");
  EXPECT_TRUE(limits[vendors::LimitKind::bulk].is_off());
  EXPECT_EQ(vendors::to_string(limits[vendors::LimitKind::reads]), "10/1s");
  EXPECT_EQ(vendors::to_string(limits[vendors::LimitKind::global]), "100/15m");
  flags = {{"limits.global", "many"}};
  EXPECT_THAT(read().error().text(), testing::HasSubstr("--limits-global: 'many' is not allowed"));
}

TEST_F(SettingsTest, take_the_admin_key_from_the_environment_or_a_file) {
  const std::string secret = "0123456789abcdef0123";
  flags = {{"admin_key_file", file("from-the-file-1234567\n")}};
  EXPECT_EQ(read()->settings.admin_key, "from-the-file-1234567");
  environment = {{"CUTROOM_ADMIN_KEY", secret}};
  EXPECT_EQ(read()->settings.admin_key, secret);
  for (const SettingRow& row : setting_table()) EXPECT_NE(row.get(read()->settings), secret) << row.key;
}

TEST_F(SettingsTest, refuse_an_admin_key_without_telling_it) {
  for (const char* wrong : {"short", "", "with spaces in it 1234", "ck_0123456789ab_0123456789"}) {
    environment = {{"CUTROOM_ADMIN_KEY", wrong}};
    const auto refused = read();
    ASSERT_FALSE(refused) << wrong;
    EXPECT_THAT(refused.error().text(), testing::HasSubstr("CUTROOM_ADMIN_KEY"));
    EXPECT_TRUE(*wrong == '\0' || refused.error().text().find(wrong) == std::string::npos);
  }
  environment.clear();
  flags = {{"admin_key_file", "/nowhere/at/all"}};
  EXPECT_FALSE(read());
}

TEST_F(SettingsTest, take_the_limiters_that_bulls_workers_have) {
  environment = {{"CUTROOM_REDIS_LIMITERS", "face-crop=100/60000,background-removal=5/1000"}};
  auto in_force = read();
  ASSERT_TRUE(in_force) << in_force.error().text();
  EXPECT_EQ(
      in_force->settings.redis_limiters,
      (std::vector<Settings::QueueLimiter>{{.queue = "face-crop", .max = 100, .duration_ms = 60'000},
                                           {.queue = "background-removal", .max = 5, .duration_ms = 1'000}}));
  for (const char* wrong :
       {"face-crop", "face-crop=1", "face-crop=0/1000", "face-crop=1/0", "cropping=1/1000"}) {
    environment["CUTROOM_REDIS_LIMITERS"] = wrong;
    EXPECT_FALSE(read()) << wrong;
  }
}

TEST_F(SettingsTest, take_redis_by_its_old_names_and_prefer_the_new) {
  EXPECT_EQ(read()->settings.redis_host, "");
  EXPECT_EQ(read()->settings.redis_port, 6379);
  environment = {{"REDIS_HOST", "cache"},
                 {"REDIS_PORT", "6380"},
                 {"REDIS_TLS", "1"},
                 {"REDIS_DB", "2"},
                 {"REDIS_PASSWORD", "s3cret"}};
  auto in_force = read();
  ASSERT_TRUE(in_force) << in_force.error().text();
  EXPECT_EQ(in_force->settings.redis_host, "cache");
  EXPECT_EQ(in_force->settings.redis_port, 6380);
  EXPECT_TRUE(in_force->settings.redis_tls);
  EXPECT_EQ(in_force->settings.redis_database, 2);
  EXPECT_EQ(in_force->settings.redis_password, "s3cret");
  EXPECT_EQ(in_force->origins.at("redis.host"), "REDIS_HOST");
  environment["CUTROOM_REDIS_HOST"] = "newer";
  environment["CUTROOM_REDIS_PASSWORD"] = "n3wer";
  in_force = read();
  EXPECT_EQ(in_force->settings.redis_host, "newer");
  EXPECT_EQ(in_force->settings.redis_password, "n3wer");
  environment = {{"REDIS_PORT", "0"}};
  EXPECT_THAT(read().error().text(), testing::HasSubstr("REDIS_PORT: '0' is not allowed"));
}

TEST_F(SettingsTest, take_the_password_of_redis_from_a_file) {
  flags = {{"redis.password_file", file("of-the-file\n")}};
  EXPECT_EQ(read()->settings.redis_password, "of-the-file");
  environment = {{"REDIS_PASSWORD", "of-the-environment"}};
  EXPECT_EQ(read()->settings.redis_password, "of-the-environment");
  environment.clear();
  flags = {{"redis.password_file", "/nowhere/at/all"}};
  EXPECT_THAT(read().error().text(), testing::HasSubstr("redis.password_file"));
}

TEST_F(SettingsTest, never_show_the_password_of_redis) {
  environment = {{"REDIS_URL", "rediss://me:s3cr@et/x@cache:6380/1"}, {"REDIS_PASSWORD", "s3cr@et/x"}};
  const auto in_force = read();
  ASSERT_TRUE(in_force) << in_force.error().text();
  EXPECT_EQ(in_force->settings.redis_url, "rediss://me:s3cr@et/x@cache:6380/1");
  for (const SettingRow& row : setting_table())
    EXPECT_THAT(row.get(in_force->settings), testing::Not(testing::HasSubstr("s3cr"))) << row.key;
  environment = {{"REDIS_URL", "http://me:s3cr@cache"}};
  const auto wrong = read();
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().text(), testing::HasSubstr("REDIS_URL: the value is not allowed for redis.url"));
  EXPECT_THAT(wrong.error().text(), testing::Not(testing::HasSubstr("s3cr")));
}

TEST_F(SettingsTest, print_addresses_without_their_passwords) {
  EXPECT_EQ(without_password("redis://:p@h:1/2"), "redis://:***@h:1/2");
  EXPECT_EQ(without_password("redis://u:p@h"), "redis://u:***@h");
  EXPECT_EQ(without_password("redis://u@h:1"), "redis://u@h:1");
  EXPECT_EQ(without_password("redis+sentinel://a:1,b:2/m"), "redis+sentinel://a:1,b:2/m");
  EXPECT_EQ(without_password(""), "");
}

TEST_F(SettingsTest, give_each_row_a_key_an_environment_variable_and_a_meaning) {
  std::set<std::string_view> keys;
  for (const SettingRow& row : setting_table()) {
    EXPECT_TRUE(keys.insert(row.key).second) << row.key;
    EXPECT_TRUE(row.environment.starts_with("CUTROOM_")) << row.key;
    EXPECT_FALSE(row.meaning.empty()) << row.key;
    EXPECT_FALSE(row.allowed.empty()) << row.key;
  }
}

}  // namespace
}  // namespace cutroom::app
