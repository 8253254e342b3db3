#include "engine/admission.hpp"

#include <gtest/gtest.h>

#include "vendor_fixture.hpp"

namespace cutroom::engine {
namespace {

class AdmissionTest : public testing::Test, protected test::VendorWorld {
 protected:
  Admission admission(std::string with_key = "") {
    return {directory, limiter, clock, {.limits = {}, .admin_key = std::move(with_key)}};
  }
  std::string set_up(const std::string& vendor) {
    EXPECT_TRUE(run(directory.create({.id = vendor})));
    return run(directory.add_key(vendor, "")).value().text;
  }
  static Credentials with(std::string key) { return {.key = std::move(key), .address = "192.0.2.1"}; }
  static Credentials from_here() { return {.key = "", .address = "127.0.0.1", .from_here = true}; }

  limits_memory::MemoryRateLimiter limiter;
  const std::string admin_key = "an-admin-key-of-the-test";
};

TEST_F(AdmissionTest, takes_anybody_while_the_server_is_open) {
  const Admission open = admission();
  EXPECT_FALSE(open.needs_keys());
  const auto caller = open.identify(with(""), Access::caller);
  ASSERT_TRUE(caller);
  EXPECT_EQ(caller->vendor, "192.0.2.1");
  EXPECT_TRUE(may_see(*caller, "anybody"));
  EXPECT_FALSE(caller->is_admin);
  EXPECT_TRUE(open.identify(with(""), Access::admin_or_open));
}

TEST_F(AdmissionTest, lets_the_open_server_be_administered_from_its_own_machine_alone) {
  const Admission open = admission();
  EXPECT_EQ(open.identify(with(""), Access::admin).error().code, Errc::forbidden);
  ASSERT_TRUE(open.identify(from_here(), Access::admin));
  EXPECT_TRUE(open.identify(from_here(), Access::admin)->is_admin);
  ASSERT_TRUE(run(directory.create({.id = "acme"})));
  EXPECT_TRUE(open.identify(from_here(), Access::admin)) << "else the first key could never be made";
  ASSERT_TRUE(run(directory.add_key("acme", "")));
  EXPECT_EQ(open.identify(from_here(), Access::admin).error().code, Errc::forbidden);
}

TEST_F(AdmissionTest, asks_for_the_admin_key_where_there_is_one) {
  const Admission guarded = admission(admin_key);
  EXPECT_TRUE(guarded.needs_keys());
  EXPECT_EQ(guarded.identify(from_here(), Access::admin).error().code, Errc::unauthorized);
  EXPECT_EQ(guarded.identify(from_here(), Access::caller).error().code, Errc::unauthorized);
  EXPECT_EQ(guarded.identify(with(admin_key + "x"), Access::admin).error().code, Errc::unauthorized);
  const auto admin = guarded.identify(with(admin_key), Access::admin);
  ASSERT_TRUE(admin);
  EXPECT_TRUE(admin->is_admin);
  EXPECT_TRUE(may_see(*admin, "anybody"));
}

TEST_F(AdmissionTest, knows_a_vendor_by_its_key_and_keeps_it_from_administering) {
  const Admission guarded = admission(admin_key);
  const std::string key = set_up("acme");
  const auto caller = guarded.identify(with(key), Access::caller);
  ASSERT_TRUE(caller);
  EXPECT_EQ(caller->vendor, "acme");
  EXPECT_TRUE(may_see(*caller, "acme"));
  EXPECT_FALSE(may_see(*caller, "other"));
  EXPECT_EQ(guarded.identify(with(key), Access::admin).error().code, Errc::forbidden);
  EXPECT_EQ(guarded.identify(with(key), Access::admin_or_open).error().code, Errc::forbidden);
}

TEST_F(AdmissionTest, needs_no_key_for_what_is_anyones) {
  set_up("acme");
  const Admission guarded = admission();
  ASSERT_TRUE(guarded.identify(with("whatever"), Access::anyone));
  EXPECT_FALSE(guarded.identify(with("whatever"), Access::anyone)->sees_all);
}

TEST_F(AdmissionTest, lets_an_administrator_speak_for_a_vendor) {
  const Admission guarded = admission(admin_key);
  set_up("acme");
  auto admin = guarded.identify(with(admin_key), Access::caller).value();
  ASSERT_TRUE(guarded.speaks_for(admin, "acme"));
  EXPECT_EQ(admin.vendor, "acme");
}

// The promise of the limits, on a clock of its own: a page that asks twice a second for a quarter of an hour.
TEST_F(AdmissionTest, never_limits_who_reads_twice_a_second) {
  Admission open = admission();
  const Caller reader{.vendor = "192.0.2.1", .address = "192.0.2.1"};
  for (int i = 0; i < 2 * 60 * 15; ++i) {
    const auto admitted = run(open.admit(reader, RequestClass::read));
    ASSERT_FALSE(admitted.refused) << i;
    clock.time += Millis{500};
  }
  EXPECT_EQ(run(open.admit(reader, RequestClass::background_removal)).standing->remaining, 29U);
}

TEST_F(AdmissionTest, shows_the_limit_that_is_nearest_to_its_end) {
  Admission open = admission();
  Caller caller{.vendor = "a", .address = "192.0.2.1"};
  EXPECT_EQ(run(open.admit(caller, RequestClass::background_removal)).standing->limit, 30U);
  for (int i = 0; i < 90; ++i) {
    caller.vendor = "v" + std::to_string(i);
    ASSERT_FALSE(run(open.admit(caller, RequestClass::image_processing)).refused);
  }
  caller.vendor = "a";
  EXPECT_EQ(run(open.admit(caller, RequestClass::background_removal)).standing->limit, 100U)
      << "8 left, not 28";
}

TEST_F(AdmissionTest, counts_a_limit_of_the_vendors_own_apart_from_its_address) {
  Admission open = admission();
  ASSERT_TRUE(run(directory.create({.id = "acme"})));
  ASSERT_TRUE(run(directory.change("acme", [](vendors::Vendor& vendor) -> Result<void> {
    vendor.limits[vendors::LimitKind::global] = vendors::limit_from("2/1h");
    return {};
  })));
  const Caller acme{.vendor = "acme", .address = "192.0.2.1"};
  const Caller other{.vendor = "other", .address = "192.0.2.1"};
  for (int i = 0; i < 50; ++i)
    ASSERT_FALSE(run(open.admit({.vendor = "v" + std::to_string(i), .address = "192.0.2.1"},
                                RequestClass::background_removal))
                     .refused);
  EXPECT_FALSE(run(open.admit(acme, RequestClass::background_removal)).refused);
  EXPECT_FALSE(run(open.admit(acme, RequestClass::background_removal)).refused);
  EXPECT_TRUE(run(open.admit(acme, RequestClass::background_removal)).refused);
  EXPECT_FALSE(run(open.admit(other, RequestClass::background_removal)).refused);
}

class FailingLimiter final : public vendors::RateLimiter {
 public:
  explicit FailingLimiter(Errc code) : code_(code) {}
  using Answer = boost::asio::awaitable<Result<std::vector<vendors::Standing>>>;
  Answer take(std::vector<vendors::Charge>, TimePoint) override { co_return Error{.code = code_}; }
  Answer peek(std::vector<vendors::Charge>, TimePoint) override { co_return Error{.code = code_}; }

 private:
  Errc code_;
};

TEST_F(AdmissionTest, lets_everybody_ask_where_anyone_may_but_tells_who_may_see_all) {
  Admission open = admission();
  EXPECT_TRUE(open.identify(with(""), Access::anyone)->sees_all);
  Admission guarded = admission(admin_key);
  EXPECT_FALSE(guarded.identify(with(""), Access::anyone)->sees_all);
  EXPECT_FALSE(guarded.identify(with("wrong"), Access::anyone)->sees_all);
  EXPECT_TRUE(guarded.identify(with(admin_key), Access::anyone)->sees_all);
}

TEST_F(AdmissionTest, goes_on_without_limits_where_their_counts_are_broken) {
  FailingLimiter broken(Errc::storage_failed);
  Admission open(directory, broken, clock, {.limits = {}, .admin_key = {}});
  const auto admitted = run(open.admit({.vendor = "a", .address = "192.0.2.1"}, RequestClass::bulk));
  EXPECT_FALSE(admitted.refused);
  EXPECT_FALSE(admitted.standing);
}

TEST_F(AdmissionTest, queues_nothing_while_the_counts_are_away_but_lets_read) {
  FailingLimiter away(Errc::unavailable);
  Admission open(directory, away, clock, {.limits = {}, .admin_key = {}});
  const Caller caller{.vendor = "a", .address = "192.0.2.1"};
  for (const auto request :
       {RequestClass::background_removal, RequestClass::image_processing, RequestClass::bulk}) {
    const auto admitted = run(open.admit(caller, request));
    ASSERT_TRUE(admitted.refused);
    EXPECT_EQ(admitted.refused->code, Errc::unavailable);
  }
  for (const auto request : {RequestClass::read, RequestClass::control, RequestClass::admin})
    EXPECT_FALSE(run(open.admit(caller, request)).refused);
}

}  // namespace
}  // namespace cutroom::engine
