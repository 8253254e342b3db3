#include "adapters/http/order_input.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "adapters/http/option_input.hpp"
#include "engine/cut_out_order.hpp"

namespace cutroom::http {
namespace {

Error refusal_of(std::string_view body) {
  const auto order = order_from_json(kCutOutKind, body);
  EXPECT_FALSE(order) << body;
  return order ? Error{} : order.error();
}

bool names(const Error& error, std::string_view field) {
  return std::any_of(error.fields.begin(), error.fields.end(),
                     [&](const auto& f) { return f.field == field; });
}

TEST(OrderJson, takes_the_four_fields_as_they_come) {
  const auto order = order_from_json(
      kCutOutKind, R"({"recordId": 17, "projectId": "p1", "photoUrl": "https://x/y.jpg", "vendorId": "v"})");
  ASSERT_TRUE(order) << order.error().text();
  EXPECT_EQ(order->record_id, 17);
  EXPECT_EQ(order->project_id, "p1");
  EXPECT_EQ(order->photo_url, "https://x/y.jpg");
  EXPECT_EQ(order->vendor, "v");
  EXPECT_EQ(order->priority, 0);
  EXPECT_EQ(engine::cut_out_options_from(order->work).format, imaging::Format::png);
}

TEST(OrderJson, project_and_vendor_may_be_missing_null_or_empty) {
  for (const char* body : {R"({"recordId":"r","photoUrl":"u"})",
                           R"({"recordId":"r","photoUrl":"u","projectId":null,"vendorId":null})",
                           R"({"recordId":"r","photoUrl":"u","projectId":"","vendorId":""})"}) {
    const auto order = order_from_json(kCutOutKind, body);
    ASSERT_TRUE(order) << order.error().text();
    EXPECT_TRUE(order->project_id.is_null());
    EXPECT_EQ(order->vendor, "");
  }
  EXPECT_EQ(order_from_json(kCutOutKind, R"({"recordId":"r","photoUrl":"u","vendorId":42})")->vendor, "42");
}

TEST(OrderJson, unknown_fields_and_doubled_keys_are_no_problem) {
  const auto order =
      order_from_json(kCutOutKind, R"({"recordId":"a","recordId":"b","photoUrl":"u","whatever":{"x":[1]}})");
  ASSERT_TRUE(order) << order.error().text();
  EXPECT_EQ(order->record_id, "b");
}

TEST(OrderJson, each_missing_field_is_named) {
  const Error both = refusal_of("{}");
  EXPECT_EQ(both.code, Errc::invalid_input);
  EXPECT_EQ(both.message, "recordId and photoUrl are required");
  EXPECT_TRUE(names(both, "recordId"));
  EXPECT_TRUE(names(both, "photoUrl"));
  const Error one = refusal_of(R"({"recordId":"r","photoUrl":""})");
  EXPECT_EQ(one.message, "recordId and photoUrl are required");
  EXPECT_FALSE(names(one, "recordId"));
  EXPECT_TRUE(names(one, "photoUrl"));
}

TEST(OrderJson, a_wrong_type_names_the_field_and_what_is_allowed) {
  EXPECT_EQ(refusal_of(R"({"recordId":true,"photoUrl":"u"})").message,
            "recordId must be a string or a whole number");
  EXPECT_EQ(refusal_of(R"({"recordId":1.5,"photoUrl":"u"})").message,
            "recordId must be a string or a whole number");
  EXPECT_TRUE(names(refusal_of(R"({"recordId":{"a":1},"photoUrl":"u"})"), "recordId"));
  EXPECT_TRUE(names(refusal_of(R"({"recordId":"r","photoUrl":["u"]})"), "photoUrl"));
  EXPECT_TRUE(names(refusal_of(R"({"recordId":"r","photoUrl":"u","vendorId":[]})"), "vendorId"));
  EXPECT_TRUE(names(refusal_of(R"({"recordId":"r","photoUrl":"u","vendorId":"a\u0000b"})"), "vendorId"));
  EXPECT_TRUE(names(refusal_of(R"({"recordId":"r","photoUrl":"u","projectId":false})"), "projectId"));
  EXPECT_TRUE(
      names(refusal_of(R"({"recordId":")" + std::string(300, 'x') + R"(","photoUrl":"u"})"), "recordId"));
}

TEST(OrderJson, what_is_not_json_is_refused_with_its_place) {
  EXPECT_NE(refusal_of("{\"recordId\": 1,\n  oops}").message.find("line 2, column 3"), std::string::npos);
  EXPECT_NE(refusal_of("").message.find("empty"), std::string::npos);
  EXPECT_NE(refusal_of("{} {}").message.find("line 1, column 4"), std::string::npos);
  EXPECT_NE(refusal_of(R"({"recordId":1)").message.find("not valid JSON"), std::string::npos);
  EXPECT_EQ(refusal_of("[1]").message, "The body must be a JSON object");
  EXPECT_EQ(refusal_of(std::string(100'000, '[')).code, Errc::invalid_input);
}

TEST(OrderJson, options_are_read) {
  const auto order =
      order_from_json(kCutOutKind, R"({"recordId":1,"photoUrl":"u","options":{"format":"jpg","quality":80,
      "background":"#0a141e","maskOnly":true,"priority":-5,"decontaminate":false,
      "durable":true}})");
  ASSERT_TRUE(order) << order.error().text();
  EXPECT_EQ(engine::cut_out_options_from(order->work).format, imaging::Format::jpeg);
  EXPECT_EQ(engine::cut_out_options_from(order->work).quality, 80);
  EXPECT_EQ(engine::cut_out_options_from(order->work).background, (imaging::Rgb{10, 20, 30}));
  EXPECT_TRUE(engine::cut_out_options_from(order->work).mask_only);
  EXPECT_FALSE(engine::cut_out_options_from(order->work).decontaminate);
  EXPECT_EQ(order->priority, -5);
  EXPECT_TRUE(order->durable);
}

TEST(OrderJson, each_wrong_option_is_named) {
  const std::pair<const char*, const char*> wrong[] = {
      {R"({"format":"gif"})", "options.format"},      {R"({"format":1})", "options.format"},
      {R"({"quality":0})", "options.quality"},        {R"({"quality":101})", "options.quality"},
      {R"({"quality":"80"})", "options.quality"},     {R"({"quality":80.5})", "options.quality"},
      {R"({"quality":true})", "options.quality"},     {R"({"background":"red"})", "options.background"},
      {R"({"background":12})", "options.background"}, {R"({"maskOnly":"yes"})", "options.maskOnly"},
      {R"({"priority":1001})", "options.priority"},   {R"({"priority":1e30})", "options.priority"},
      {R"({"colour":"red"})", "options.colour"},      {R"("png")", "options"},
      {R"({"durable":"yes"})", "options.durable"},
  };
  for (const auto& [options, field] : wrong) {
    const Error error = refusal_of(R"({"recordId":1,"photoUrl":"u","options":)" + std::string(options) + "}");
    EXPECT_TRUE(names(error, field)) << options << ": " << error.message;
  }
}

TEST(BulkJson, makes_one_order_per_photo) {
  const auto orders = bulk_orders_from_json(
      kCutOutKind,
      R"({"recordIds":["a",2],"photoUrls":["u1","u2"],"projectId":9,"vendorId":"v","options":{"priority":3}})");
  ASSERT_TRUE(orders) << orders.error().text();
  ASSERT_EQ(orders->size(), 2U);
  EXPECT_EQ((*orders)[0].record_id, "a");
  EXPECT_EQ((*orders)[1].record_id, 2);
  EXPECT_EQ((*orders)[1].photo_url, "u2");
  for (const auto& order : *orders) {
    EXPECT_EQ(order.project_id, 9);
    EXPECT_EQ(order.vendor, "v");
    EXPECT_EQ(order.priority, 3);
  }
}

TEST(BulkJson, arrays_must_be_there_and_equally_long) {
  const auto error_of = [](std::string_view body) {
    return bulk_orders_from_json(kCutOutKind, body).error();
  };
  EXPECT_TRUE(names(error_of("{}"), "recordIds"));
  EXPECT_TRUE(names(error_of("{}"), "photoUrls"));
  EXPECT_TRUE(names(error_of(R"({"recordIds":"a","photoUrls":["u"]})"), "recordIds"));
  EXPECT_TRUE(names(error_of(R"({"recordIds":[],"photoUrls":[]})"), "recordIds"));
  const Error uneven = error_of(R"({"recordIds":["a","b"],"photoUrls":["u"]})");
  EXPECT_EQ(uneven.message, "recordIds and photoUrls must have the same length");
  EXPECT_EQ(uneven.fields.front(), (FieldProblem{"photoUrls", "has 1 entries, recordIds has 2"}));
}

TEST(BulkJson, wrong_entries_are_named_by_index_and_not_without_end) {
  const Error error =
      bulk_orders_from_json(kCutOutKind, R"({"recordIds":["a",null,{}],"photoUrls":["",7,"u"]})").error();
  for (const char* field : {"photoUrls[0]", "recordIds[1]", "photoUrls[1]", "recordIds[2]"})
    EXPECT_TRUE(names(error, field)) << field;
  std::string nulls = "null";
  for (int i = 1; i < 1'000; ++i) nulls += ",null";
  EXPECT_LE(
      bulk_orders_from_json(kCutOutKind, "{\"recordIds\":[" + nulls + "],\"photoUrls\":[" + nulls + "]}")
          .error()
          .fields.size(),
      20U);
}

std::string form(std::initializer_list<std::pair<std::string, std::string>> parts) {
  std::string body;
  for (const auto& [name, content] : parts)
    body += "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + content + "\r\n";
  return body + "--b--\r\n";
}

constexpr std::string_view kFormType = "multipart/form-data; boundary=b";

TEST(OrderForm, takes_the_photo_itself) {
  const auto order = order_from_form(kCutOutKind, kFormType,
                                     form({{"recordId", "17"},
                                           {"vendorId", "v"},
                                           {"photo", std::string("\0\r\n\xFF", 4)},
                                           {"format", "webp"},
                                           {"quality", "70"},
                                           {"maskOnly", "false"},
                                           {"options", R"({"priority":2})"},
                                           {"photoUrl", ""},
                                           {"extra", "ignored"}}));
  ASSERT_TRUE(order) << order.error().text();
  EXPECT_EQ(order->record_id, "17");
  EXPECT_EQ(order->vendor, "v");
  ASSERT_TRUE(order->upload);
  EXPECT_EQ(order->upload->view(), std::string_view("\0\r\n\xFF", 4));
  EXPECT_EQ(order->photo_url, "");
  EXPECT_EQ(engine::cut_out_options_from(order->work).format, imaging::Format::webp);
  EXPECT_EQ(engine::cut_out_options_from(order->work).quality, 70);
  EXPECT_EQ(order->priority, 2);
}

TEST(OrderForm, takes_an_address_instead) {
  const auto order =
      order_from_form(kCutOutKind, kFormType, form({{"recordId", "r"}, {"photoUrl", "https://x/y"}}));
  ASSERT_TRUE(order) << order.error().text();
  EXPECT_EQ(order->photo_url, "https://x/y");
  EXPECT_FALSE(order->upload);
}

TEST(OrderForm, text_that_is_not_utf8_is_a_problem_of_its_field_and_a_photo_is_no_text) {
  const auto error_of = [](const std::string& body) {
    return order_from_form(kCutOutKind, kFormType, body).error();
  };
  const auto record = error_of(form({{"recordId", "r\xFF"}, {"photo", "\xFF"}}));
  EXPECT_EQ(record.text(), "recordId must be valid UTF-8");
  EXPECT_TRUE(names(record, "recordId"));
  EXPECT_TRUE(names(error_of(form({{"recordId", "r"}, {"photo", "x"}, {"vendorId", "\xC3"}})), "vendorId"));
  EXPECT_TRUE(
      names(error_of(form({{"recordId", "r"}, {"photo", "x"}, {"background", "\xC3"}})), "background"));
  EXPECT_EQ(error_of(form({{"recordId", "r"}, {"photo", "x"}, {"\xFF", "y"}})).text(),
            "form has a part whose name is not valid UTF-8");
  EXPECT_TRUE(order_from_form(kCutOutKind, kFormType, form({{"recordId", "\u00e9"}, {"photo", "\xFF"}})));
}

TEST(OrderForm, mistakes_are_named) {
  const auto error_of = [](const std::string& body) {
    return order_from_form(kCutOutKind, kFormType, body).error();
  };
  EXPECT_TRUE(names(error_of(form({{"photo", "x"}})), "recordId"));
  EXPECT_TRUE(names(error_of(form({{"recordId", "r"}})), "photoUrl"));
  EXPECT_TRUE(names(error_of(form({{"recordId", "r"}, {"file", ""}})), "photo"));
  EXPECT_TRUE(names(error_of(form({{"recordId", "r"}, {"file", "x"}, {"photoUrl", "u"}})), "photoUrl"));
  EXPECT_TRUE(names(error_of(form({{"recordId", "r"}, {"file", "x"}, {"photo", "y"}})), "photo"));
  EXPECT_TRUE(
      names(error_of(form({{"recordId", "r"}, {"file", "x"}, {"quality", "best"}})), "options.quality"));
  EXPECT_TRUE(names(error_of(form({{"recordId", "r"}, {"file", "x"}, {"options", "png"}})), "options"));
  EXPECT_TRUE(names(error_of(form({{"recordId", "r"}, {"file", "x"}, {"options", R"({"size":1})"}})),
                    "options.size"));
}

}  // namespace
}  // namespace cutroom::http
