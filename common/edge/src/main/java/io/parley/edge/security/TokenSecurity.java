// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.security;

import io.parley.api.token.Grants;
import io.parley.edge.http.ManagementPort;
import io.parley.edge.http.Problem;
import io.parley.edge.http.RequestErrors;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.security.config.annotation.web.reactive.EnableWebFluxSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.security.web.server.MatcherSecurityWebFilterChain;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.ServerAuthenticationEntryPoint;
import org.springframework.security.web.server.authentication.ServerAuthenticationConverter;
import org.springframework.security.web.server.context.NoOpServerSecurityContextRepository;
import org.springframework.security.web.server.firewall.ServerWebExchangeFirewall;
import org.springframework.security.web.server.firewall.StrictServerWebExchangeFirewall;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatcher.MatchResult;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.reactive.CorsConfigurationSource;
import org.springframework.web.cors.reactive.UrlBasedCorsConfigurationSource;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import reactor.core.publisher.Mono;

/**
 * The security of every HTTP edge, with LiveKit's manners: a bad token is refused on every path with 401 and a plain
 * text (by the REST API, with a problem), no token at all passes and each handler decides, any origin may call. Not so on
 * the management port: a scraper's bearer token is none of ours, and no web page needs to read metrics.
 */
@Configuration(proxyBeanMethods = false)
@EnableWebFluxSecurity
public class TokenSecurity {
    private static final String REST = "/v1/";
    private static final long PREFLIGHT_MAX_AGE_S = 86_400;

    @Bean
    ReactiveJwtDecoder jwtDecoder(ApiKeys keys) {
        return new ApiKeyJwtDecoder(keys);
    }

    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    SecurityWebFilterChain none() {
        WebFilter pass = (exchange, chain) -> chain.filter(exchange);
        return new MatcherSecurityWebFilterChain(
                exchange -> ManagementPort.is(exchange) ? MatchResult.match() : MatchResult.notMatch(), List.of(pass));
    }

    @Bean
    SecurityWebFilterChain tokens(ServerHttpSecurity http, CorsConfigurationSource cors) {
        ServerAuthenticationEntryPoint refuse = (exchange, cause) -> refuse(exchange, message(cause));
        return http.csrf(ServerHttpSecurity.CsrfSpec::disable)
                .cors(spec -> spec.configurationSource(cors))
                .httpBasic(ServerHttpSecurity.HttpBasicSpec::disable)
                .formLogin(ServerHttpSecurity.FormLoginSpec::disable)
                .logout(ServerHttpSecurity.LogoutSpec::disable)
                .requestCache(ServerHttpSecurity.RequestCacheSpec::disable)
                // Tokens are all there is: a session would be made for every request without one, on another thread.
                .securityContextRepository(NoOpServerSecurityContextRepository.getInstance())
                .authorizeExchange(spec -> spec.anyExchange().permitAll())
                .oauth2ResourceServer(spec -> spec.bearerTokenConverter(tokenSource())
                        .authenticationEntryPoint(refuse)
                        .jwt(jwt -> {}))
                .build();
    }

    /** As LiveKit does, in plain text; the REST API, which LiveKit has none of, in its own manner (RFC 6750 s.3). */
    private static Mono<Void> refuse(ServerWebExchange exchange, String message) {
        ServerHttpResponse response = exchange.getResponse();
        if (!exchange.getRequest().getPath().value().startsWith(REST)) {
            return RequestErrors.text(response, HttpStatus.UNAUTHORIZED, message);
        }
        return Problem.unauthenticated(message, "Bearer error=\"invalid_token\"")
                .write(response);
    }

    private static ServerAuthenticationConverter tokenSource() {
        return exchange -> Mono.fromSupplier(() -> BearerToken.find(
                        exchange.getRequest().getHeaders().getFirst(HttpHeaders.AUTHORIZATION),
                        exchange.getRequest().getURI().toString()))
                .map(BearerTokenAuthenticationToken::new);
    }

    /** No rule of ours is by path, and the names of rooms and participants in one may hold anything that can be seen. */
    @Bean
    ServerWebExchangeFirewall firewall() {
        StrictServerWebExchangeFirewall firewall = new StrictServerWebExchangeFirewall();
        firewall.setAllowUrlEncodedSlash(true);
        firewall.setAllowUrlEncodedDoubleSlash(true);
        firewall.setAllowUrlEncodedPercent(true);
        firewall.setAllowUrlEncodedPeriod(true);
        firewall.setAllowBackSlash(true);
        firewall.setAllowSemicolon(true);
        return firewall;
    }

    @Bean
    CorsConfigurationSource cors() {
        CorsConfiguration configuration = new CorsConfiguration();
        configuration.setAllowedOriginPatterns(List.of("*"));
        configuration.setAllowedMethods(List.of("OPTIONS", "HEAD", "GET", "POST", "PATCH", "DELETE"));
        configuration.setAllowedHeaders(List.of("*"));
        configuration.setExposedHeaders(List.of("*"));
        configuration.setMaxAge(PREFLIGHT_MAX_AGE_S);
        UrlBasedCorsConfigurationSource source = new UrlBasedCorsConfigurationSource();
        source.registerCorsConfiguration("/**", configuration);
        return source;
    }

    /** The grants of the request's token, if it has one: without, each handler decides. */
    public static Mono<Optional<Grants>> grants(ServerWebExchange exchange) {
        return token(exchange)
                .map(token -> Optional.of(Grants.fromClaims(token.getClaims())))
                .defaultIfEmpty(Optional.empty());
    }

    /** Until when the request's token is good; empty without one. */
    public static Mono<Instant> expiry(ServerWebExchange exchange) {
        return token(exchange).mapNotNull(Jwt::getExpiresAt);
    }

    private static Mono<Jwt> token(ServerWebExchange exchange) {
        return exchange.getPrincipal()
                .ofType(Authentication.class)
                .ofType(JwtAuthenticationToken.class)
                .map(JwtAuthenticationToken::getToken);
    }

    /** Of a refusal of the token, for whoever sent it. */
    public static String message(Exception cause) {
        String message = cause instanceof OAuth2AuthenticationException oauth
                ? oauth.getError().getDescription()
                : cause.getMessage();
        return message == null ? "invalid authorization token" : message;
    }
}
