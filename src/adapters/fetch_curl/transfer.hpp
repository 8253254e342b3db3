// One photo on its way: an easy handle that follows redirects by our rules. Belongs to the loop's thread once
// it has been started; does no I/O by itself.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include <curl/curl.h>

#include "adapters/fetch_curl/body_buffer.hpp"
#include "adapters/fetch_curl/options.hpp"
#include "adapters/fetch_curl/photo_url.hpp"
#include "adapters/fetch_curl/url_rules.hpp"
#include "base/error.hpp"
#include "delivery/photo_source.hpp"

namespace cutroom::fetch_curl {

class Transfer {
 public:
  // `options` and `rules` outlive it. The URL has passed the rules.
  Transfer(const Options& options, const UrlRules& rules, PhotoUrl url);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  // To be called once, right before the handle is given to the multi handle for the first time.
  void begin();
  // Of the present request: another one after each done() that gave nullopt. nullptr before begin().
  CURL* easy() const { return easy_.get(); }
  // Frees the handle, which must be out of the multi handle.
  void end() { easy_.reset(); }

  // The handle is done and has been taken out. nullopt: easy() is the request of the next
  // redirect, give it in.
  std::optional<Result<delivery::Photo>> done(CURLcode);

 private:
  using SteadyClock = std::chrono::steady_clock;

  struct FreeEasy {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };
  struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };

  static std::size_t on_header(char*, std::size_t, std::size_t, void*);
  static std::size_t on_body(char*, std::size_t, std::size_t, void*);
  static curl_socket_t on_socket(void*, curlsocktype, curl_sockaddr*);

  void open_request();
  void set_fixed_options();
  bool take_header(std::string_view line);
  bool take_body(const char*, std::size_t);
  std::optional<std::string> header(const char* name) const;
  std::optional<Result<delivery::Photo>> follow(const std::string& location);
  Error failure(CURLcode) const;
  Millis elapsed() const;

  const Options& options_;
  const UrlRules& rules_;
  PhotoUrl url_;  // Of the present request.
  std::unique_ptr<CURL, FreeEasy> easy_;
  std::unique_ptr<curl_slist, FreeList> resolve_;
  char curl_message_[CURL_ERROR_SIZE] = {};

  SteadyClock::time_point began_{};
  Origin origin_;

  // Of the present request.
  long status_ = 0;
  bool headers_complete_ = false;
  std::size_t header_bytes_ = 0;
  int sockets_opened_ = 0;
  BodyBuffer body_;
  std::optional<Error> refusal_;  // Of an address. Counts only where no other address was allowed.
  std::optional<Error> verdict_;  // Decided in a callback, which then stopped the transfer.
};

}  // namespace cutroom::fetch_curl
